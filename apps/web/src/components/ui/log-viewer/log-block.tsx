import { memo } from 'react';
import { cn } from '../../../lib/cn.ts';
import { formatClock } from '../../../lib/format.ts';
import { lastRewrite, parseAnsi, type AnsiColor } from '../../../lib/logs/ansi.ts';
import type { LogBlock as Block, LogRecord } from '../../../lib/logs/log-buffer.ts';
import { splitHits } from '../../../lib/logs/search.ts';

const COLORS: Record<AnsiColor, string> = {
  black: 'text-faint',
  red: 'text-bad',
  green: 'text-accent-text',
  yellow: 'text-warn',
  blue: 'text-info',
  magenta: 'text-[oklch(0.62_0.15_330)] dark:text-[oklch(0.8_0.12_330)]',
  cyan: 'text-[oklch(0.5_0.09_215)] dark:text-[oklch(0.82_0.1_205)]',
  white: 'text-ink',
};

export type LogLook = { search: string; wrap: boolean; times: boolean };

const Text = ({ text, search }: { text: string; search: string }) =>
  parseAnsi(lastRewrite(text)).map((segment, index) => (
    <span key={index} className={cn(segment.color && COLORS[segment.color], segment.bold && 'font-semibold', segment.dim && 'opacity-70')}>
      {splitHits(segment.text, search).map((piece, at) =>
        piece.hit ? (
          <mark key={at} className="rounded-[2px] bg-warn-soft text-warn">
            {piece.text}
          </mark>
        ) : (
          piece.text
        ),
      )}
    </span>
  ));

const Line = ({ record, look, current }: { record: LogRecord; look: LogLook; current: boolean }) => (
  <div
    data-line={record.id}
    className={cn(
      'flex min-h-5 gap-3 border-l-2 px-3 leading-5',
      record.stream === 'stderr' ? 'border-bad/60' : 'border-transparent',
      current ? 'bg-warn-soft' : 'hover:bg-hover/60',
    )}
  >
    {look.times ? (
      <time className="figures shrink-0 text-faint select-none" suppressHydrationWarning>
        {formatClock(record.at)}
      </time>
    ) : null}
    {record.stream === 'stderr' ? <span className="sr-only">stderr: </span> : null}
    <span className={cn('min-w-0', look.wrap ? 'break-words whitespace-pre-wrap [overflow-wrap:anywhere]' : 'whitespace-pre')}>
      <Text text={record.text} search={look.search} />
    </span>
  </div>
);

type LogBlockProps = { block: Block; look: LogLook; currentId: number | null };

/** Off screen the browser skips a block's layout and paint (content-visibility), so that a long log stays light and searchable. */
export const LogBlock = memo(function LogBlock({ block, look, currentId }: LogBlockProps) {
  return (
    <div style={{ contentVisibility: 'auto', containIntrinsicSize: `auto ${block.records.length * 20}px` }}>
      {block.records.map((record) => (
        <Line key={record.id} record={record} look={look} current={record.id === currentId} />
      ))}
    </div>
  );
});
