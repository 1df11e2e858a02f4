import { Label } from 'radix-ui';
import { CircleAlert } from 'lucide-react';
import { useId, type ReactNode } from 'react';
import { cn } from '../../lib/cn.ts';

type FieldControl = { id: string; 'aria-describedby': string; 'aria-invalid': true | undefined };

type FieldProps = {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  optional?: boolean;
  className?: string;
  children: (control: FieldControl) => ReactNode;
};

/** Label, control, and one line below it that holds the hint or, in its place, the error: nothing moves. */
export const Field = ({ label, hint, error, optional, className, children }: FieldProps) => {
  const id = useId();
  const noteId = `${id}-note`;
  return (
    <div className={cn('flex flex-col gap-1.5', className)}>
      <Label.Root htmlFor={id} className="flex items-baseline justify-between text-sm font-medium text-ink">
        {label}
        {optional ? <span className="text-xs font-normal text-faint">optional</span> : null}
      </Label.Root>
      {children({ id, 'aria-describedby': noteId, 'aria-invalid': error ? true : undefined })}
      <p
        id={noteId}
        aria-live="polite"
        className={cn('min-h-[1.125rem] text-xs', error ? 'flex items-start gap-1.5 text-bad' : 'text-faint')}
      >
        {error ? <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" /> : null}
        <span>{error || hint}</span>
      </p>
    </div>
  );
};
