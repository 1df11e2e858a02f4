'use client';
import { Check, Copy } from 'lucide-react';
import { shortHash } from '../../lib/format.ts';
import { cn } from '../../lib/cn.ts';
import { useCopy } from '../../lib/use-copy.ts';

type CopyButtonProps = { text: string; label: string; className?: string };

export const CopyButton = ({ text, label, className }: CopyButtonProps) => {
  const { copied, copy } = useCopy();
  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      onClick={() => void copy(text)}
      aria-label={copied ? `${label} copied` : `Copy ${label}`}
      className={cn(
        'inline-grid size-6 shrink-0 place-items-center rounded-xs text-faint transition-colors hover:bg-hover hover:text-ink',
        copied && 'text-accent-text',
        className,
      )}
    >
      <Icon aria-hidden className="size-3.5" />
      <output className="sr-only">{copied ? 'Copied' : ''}</output>
    </button>
  );
};

type HashProps = { value: string; label: string; full?: boolean; href?: string | null; className?: string };

/** An address or hash: short, monospaced, whole in its title and on the clipboard. */
export const Hash = ({ value, label, full = false, href, className }: HashProps) => (
  <span className={cn('inline-flex max-w-full items-center gap-0.5 font-mono text-[0.8125rem]', className)}>
    {href ? (
      <a
        href={href}
        target="_blank"
        rel="noreferrer"
        title={value}
        className="underline decoration-line-strong underline-offset-4 hover:decoration-accent"
      >
        {full ? value : shortHash(value)}
      </a>
    ) : (
      <span title={value} className={full ? 'break-all' : 'whitespace-nowrap'}>
        {full ? value : shortHash(value)}
      </span>
    )}
    <CopyButton text={value} label={label} />
  </span>
);

/** A command to copy, wrapped rather than cut. */
export const CommandBlock = ({ command, label }: { command: string; label: string }) => (
  <div className="flex items-start gap-2 rounded-md bg-sunken py-2.5 pr-2 pl-3.5 ring-1 ring-line ring-inset">
    <pre className="min-w-0 flex-1 font-mono text-xs leading-5 break-all whitespace-pre-wrap">{command}</pre>
    <CopyButton text={command} label={label} className="size-7" />
  </div>
);
