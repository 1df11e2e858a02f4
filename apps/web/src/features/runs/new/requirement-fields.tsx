'use client';
import { Field } from '../../../components/ui/field.tsx';
import { Input, UnitInput } from '../../../components/ui/input.tsx';
import type { RequirementFields as Fields } from '../../../lib/requirements/fields.ts';
import type { RequirementsForm } from './use-requirements.ts';

type Spec = { name: keyof Fields; label: string; hint: string; placeholder: string; unit?: string; testId: string };

const FIELDS: readonly Spec[] = [
  { name: 'cpu', label: 'CPU', hint: 'Hardware threads, at least', placeholder: '2', unit: 'threads', testId: 'requirement-cpu' },
  { name: 'memory', label: 'Memory', hint: 'At least; a bare number is GB', placeholder: '4GB', testId: 'requirement-memory' },
  { name: 'disk', label: 'Disk', hint: 'Free space, at least', placeholder: '20GB', testId: 'requirement-disk' },
  { name: 'gpuCount', label: 'GPUs', hint: 'How many, at least', placeholder: '0', testId: 'requirement-gpu-count' },
  { name: 'gpuModel', label: 'GPU model', hint: 'Any, when left empty', placeholder: 'H100', testId: 'requirement-gpu-model' },
  { name: 'gpuMemory', label: 'GPU memory', hint: 'Each GPU, at least', placeholder: '80GB', testId: 'requirement-gpu-memory' },
];

export const RequirementFields = ({ form }: { form: RequirementsForm }) => (
  <div className="grid grid-cols-2 gap-x-4 gap-y-3 sm:gap-x-5 lg:grid-cols-3">
    {FIELDS.map(({ name, label, hint, placeholder, unit, testId }) => (
      <Field key={name} label={label} hint={hint} optional>
        {(control) => {
          const props = {
            ...control,
            'aria-invalid': undefined,
            value: form.fields[name],
            placeholder,
            'data-testid': testId,
            onChange: (event: { target: { value: string } }) => form.setField(name, event.target.value),
          };
          return unit ? <UnitInput {...props} unit={unit} /> : <Input {...props} className="figures" />;
        }}
      </Field>
    ))}
  </div>
);
