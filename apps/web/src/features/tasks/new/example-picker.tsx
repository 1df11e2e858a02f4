'use client';
import { cn } from '../../../lib/cn.ts';
import type { SpecExample } from './examples.ts';

type ExamplePickerProps = { examples: readonly SpecExample[]; current: string; onPick: (spec: string) => void };

export const ExamplePicker = ({ examples, current, onPick }: ExamplePickerProps) => (
  <fieldset aria-label="Start from an example" className="m-0 min-w-0 border-0 p-0 grid grid-cols-2 gap-2 lg:grid-cols-4">
    {examples.map((example) => {
      const active = example.spec === current;
      return (
        <button
          key={example.id}
          type="button"
          aria-pressed={active}
          onClick={() => onPick(example.spec)}
          data-testid={`example-${example.id}`}
          className={cn(
            'flex flex-col items-start rounded-md px-3.5 py-2.5 text-left ring-1 ring-inset transition-colors',
            active ? 'bg-accent-soft ring-accent/40' : 'ring-line-strong hover:bg-hover',
          )}
        >
          <span className="block text-sm font-medium">{example.label}</span>
          <span className="block text-xs text-muted">{example.hint}</span>
        </button>
      );
    })}
  </fieldset>
);
