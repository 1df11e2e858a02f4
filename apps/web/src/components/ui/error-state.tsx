import { CircleAlert, RotateCw } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { cn } from '../../lib/cn.ts';
import { toUserError, type UserError } from '../../lib/errors/user-error.ts';
import { Button } from './button.tsx';

type ErrorProps = { error: unknown; className?: string };

const asUserError = (error: unknown): UserError => (isUserError(error) ? error : toUserError(error));
const isUserError = (error: unknown): error is UserError =>
  typeof error === 'object' && error !== null && !(error instanceof Error) && 'hint' in error && 'message' in error && 'code' in error;

/** The code of an error, and the way to the page that explains it. */
const CodeLink = ({ code }: { code: string | null }) =>
  code === null ? null : (
    <Link
      href={`/errors/${code}`}
      className="font-mono text-2xs text-muted underline decoration-line-strong underline-offset-4 hover:text-ink"
    >
      {code}
    </Link>
  );

/** An error beside the thing that failed. */
export const ErrorNote = ({ error, className }: ErrorProps) => {
  const { code, message, hint } = asUserError(error);
  return (
    <div role="alert" data-testid="error" className={cn('flex gap-3 rounded-md bg-bad-soft px-4 py-3 text-sm', className)}>
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 space-y-0.5">
        <p className="font-medium break-words text-bad">{message}</p>
        <p className="text-ink/80">{hint}</p>
        <CodeLink code={code} />
      </div>
    </div>
  );
};

/** An error in the place of what it kept from showing. */
export const ErrorState = ({
  error,
  retry,
  action,
  page = false,
  className,
}: ErrorProps & {
  retry?: () => void;
  action?: ReactNode;
  /** The whole page is this: its message is the page's heading. */
  page?: boolean;
}) => {
  const { code, message, hint } = asUserError(error);
  return (
    <div role="alert" data-testid="error" className={cn('flex flex-col items-center px-6 py-12 text-center', className)}>
      <span aria-hidden className="mb-4 grid size-11 place-items-center rounded-full bg-bad-soft text-bad">
        <CircleAlert className="size-5" />
      </span>
      {page ? <h1 className="text-lg font-semibold">{message}</h1> : <p className="text-base font-medium">{message}</p>}
      <p className="mt-1 max-w-md text-sm text-muted">{hint}</p>
      <div className="mt-5 flex flex-wrap items-center justify-center gap-2">
        {retry ? (
          <Button icon={<RotateCw aria-hidden />} onClick={retry}>
            Try again
          </Button>
        ) : null}
        {action}
      </div>
      <div className="mt-4">
        <CodeLink code={code} />
      </div>
    </div>
  );
};
