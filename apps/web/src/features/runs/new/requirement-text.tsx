'use client';
import { Check } from 'lucide-react';
import { Field } from '../../../components/ui/field.tsx';
import { Input } from '../../../components/ui/input.tsx';
import { sentencesOf } from '../../../lib/requirements/fields.ts';
import type { RequirementsForm } from './use-requirements.ts';

/** The same requirements as they will stand on chain, with what they mean, or what is wrong and where. */
export const RequirementText = ({ form }: { form: RequirementsForm }) => {
  const { text, result } = form;
  const error = result.ok ? null : result.error;
  return (
    <div className="flex flex-col gap-2">
      <Field
        label="As it will stand on chain"
        hint="cpu, memory, disk, gpu and gpu.memory; a range is 2..8, 2.. or ..8"
        error={error ? `${error.message} ${error.hint}` : undefined}
      >
        {(control) => (
          <Input
            {...control}
            className="font-mono text-[0.8125rem]"
            value={text}
            placeholder="cpu: 2.., memory: 4GB.."
            onChange={(event) => form.setText(event.target.value)}
            data-testid="requirements"
          />
        )}
      </Field>
      <div className="min-h-6 text-sm">
        {result.ok ? (
          <ul className="flex flex-wrap gap-x-4 gap-y-1 text-muted">
            {(sentencesOf(result.value).length > 0 ? sentencesOf(result.value) : ['Every machine may register']).map((sentence) => (
              <li key={sentence} className="flex items-center gap-1.5">
                <Check aria-hidden className="size-3.5 text-accent-text" />
                {sentence}
              </li>
            ))}
          </ul>
        ) : (
          <Marked text={text} at={result.error.at} />
        )}
      </div>
    </div>
  );
};

const Marked = ({ text, at }: { text: string; at: { start: number; end: number } }) => (
  <p className="font-mono text-xs break-words text-muted">
    {text.slice(0, at.start)}
    <mark className="rounded-xs bg-bad-soft px-0.5 text-bad underline decoration-wavy underline-offset-4">
      {text.slice(at.start, at.end) || ' '}
    </mark>
    {text.slice(at.end)}
  </p>
);
