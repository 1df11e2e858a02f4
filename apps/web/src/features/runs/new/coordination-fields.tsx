'use client';
import { ChevronRight } from 'lucide-react';
import { Collapsible } from 'radix-ui';
import { Field } from '../../../components/ui/field.tsx';
import { Input } from '../../../components/ui/input.tsx';
import { coordinationErrors, type Coordination } from '../../../lib/runs/coordination.ts';

type Props = { value: Coordination; /** Differs from what was filled in. */ changed: boolean; onChange: (value: Coordination) => void };

const FIELDS = [
  { name: 'master', label: 'Master', hint: 'The key that coordinates the run. Filled in: this server’s.', testId: 'master' },
  { name: 'validators', label: 'Validator set', hint: 'The contract that lists who may give verdicts.', testId: 'validators' },
  { name: 'discoveryUri', label: 'Discovery', hint: 'Where nodes announce themselves.', testId: 'discovery-uri' },
] as const;

/** Who coordinates the run. Filled in with this server; somebody with another master opens it. */
export const CoordinationFields = ({ value, changed, onChange }: Props) => {
  const errors = coordinationErrors(value);
  return (
    <Collapsible.Root defaultOpen={false} className="group/coordination">
      <Collapsible.Trigger className="flex w-full items-center gap-2 rounded-md py-1 text-left text-sm font-medium">
        <ChevronRight
          aria-hidden
          className="size-4 shrink-0 text-faint transition-transform group-data-[state=open]/coordination:rotate-90"
        />
        <span className="shrink-0">Who coordinates it</span>
        <span className="truncate font-normal text-muted">
          {Object.keys(errors).length > 0 ? 'needs your attention' : changed ? 'as you entered it' : 'this server’s master and discovery'}
        </span>
      </Collapsible.Trigger>
      <Collapsible.Content className="flex flex-col gap-3 pt-4">
        {FIELDS.map(({ name, label, hint, testId }) => (
          <Field key={name} label={label} hint={hint} error={errors[name]}>
            {(control) => (
              <Input
                {...control}
                className="font-mono text-[0.8125rem]"
                value={value[name]}
                data-testid={testId}
                onChange={(event) => onChange({ ...value, [name]: event.target.value.trim() })}
              />
            )}
          </Field>
        ))}
      </Collapsible.Content>
    </Collapsible.Root>
  );
};
