'use client';
import { useId, useRef, type KeyboardEvent, type UIEvent } from 'react';
import { cn } from '../../lib/cn.ts';
import { useHydrated } from '../../lib/use-hydrated.ts';
import { tokenizeYamlLine, type YamlToken } from '../../lib/yaml-tokens.ts';

const COLORS: Record<YamlToken['kind'], string> = {
  key: 'text-accent-text',
  string: 'text-warn',
  number: 'text-info',
  comment: 'text-faint',
  mark: 'text-faint',
  text: '',
};

type CodeEditorProps = {
  value: string;
  onChange: (value: string) => void;
  label: string;
  /** Lines to mark as wrong, from 1. */
  errorLines: ReadonlySet<number>;
  describedBy: string;
  minLines?: number;
  'data-testid'?: string;
};

const METRICS = 'font-mono text-[0.8125rem] leading-5 [tab-size:2] whitespace-pre';

/**
 * A textarea over its own coloured text, with line numbers. Tab indents; Escape, then Tab, leaves, so that nobody is
 * caught in it who works by keyboard.
 */
export const CodeEditor = ({ value, onChange, label, errorLines, describedBy, minLines = 14, ...rest }: CodeEditorProps) => {
  const lines = value.split('\n');
  const backdrop = useRef<HTMLDivElement>(null);
  const leaving = useRef(false);
  const hintId = useId();
  const hydrated = useHydrated();

  const onScroll = (event: UIEvent<HTMLTextAreaElement>): void => {
    if (backdrop.current) backdrop.current.style.transform = `translateX(${-event.currentTarget.scrollLeft}px)`;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key === 'Tab' && !event.shiftKey && !leaving.current) {
      event.preventDefault();
      insert(event.currentTarget, '  ', onChange);
    }
    leaving.current = event.key === 'Escape';
  };

  return (
    <div
      className={cn(
        'relative flex overflow-hidden rounded-md bg-raised ring-1 ring-line-strong ring-inset focus-within:outline-2 focus-within:outline-accent',
        errorLines.size > 0 && 'ring-bad/60',
      )}
      style={{ minHeight: `${minLines * 1.25 + 1.5}rem` }}
    >
      <div aria-hidden className={cn(METRICS, 'figures shrink-0 border-r border-line py-3 pr-3 pl-4 text-right text-faint select-none')}>
        {lines.map((_, index) => (
          <div key={index} className={cn('-mr-3 pr-3', errorLines.has(index + 1) && 'bg-bad-soft font-semibold text-bad')}>
            {index + 1}
          </div>
        ))}
      </div>
      <div className="relative min-w-0 flex-1 overflow-hidden">
        <div ref={backdrop} aria-hidden className={cn(METRICS, 'pointer-events-none absolute inset-0 w-max min-w-full py-3 select-none')}>
          {lines.map((line, index) => (
            <div key={index} className={cn('min-h-5 px-3', errorLines.has(index + 1) && 'bg-bad-soft/70')}>
              {tokenizeYamlLine(line).map((token, at) => (
                <span key={at} className={COLORS[token.kind]}>
                  {token.text}
                </span>
              ))}
            </div>
          ))}
        </div>
        <textarea
          {...rest}
          value={value}
          aria-label={label}
          aria-describedby={`${describedBy} ${hintId}`}
          aria-invalid={errorLines.size > 0 || undefined}
          readOnly={!hydrated}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          rows={Math.max(lines.length, minLines)}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={onKeyDown}
          onScroll={onScroll}
          className={cn(
            METRICS,
            'relative block size-full resize-none overflow-x-auto overflow-y-hidden bg-transparent px-3 py-3 text-transparent caret-ink outline-none selection:bg-accent/25 selection:text-transparent',
          )}
        />
        <span id={hintId} className="sr-only">
          Tab indents. Press Escape, then Tab, to leave the editor.
        </span>
      </div>
    </div>
  );
};

function insert(area: HTMLTextAreaElement, text: string, onChange: (value: string) => void): void {
  const { selectionStart, selectionEnd, value } = area;
  onChange(value.slice(0, selectionStart) + text + value.slice(selectionEnd));
  requestAnimationFrame(() => area.setSelectionRange(selectionStart + text.length, selectionStart + text.length));
}
