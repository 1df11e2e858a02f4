'use client';
import { Check, CircleAlert } from 'lucide-react';
import { useConfig } from 'wagmi';
import type { TransactionState } from '../../lib/chain/use-transaction.ts';
import { cn } from '../../lib/cn.ts';
import { transactionUrl } from '../../lib/wallet/networks.ts';
import { Hash } from './copyable.tsx';
import { ErrorNote } from './error-state.tsx';
import { Spinner } from './spinner.tsx';

type StepState = 'waiting' | 'active' | 'done' | 'failed';
type Step = { label: string; state: StepState };

const Mark = ({ state }: { state: StepState }) => (
  <span
    aria-hidden
    className={cn(
      'grid size-6 shrink-0 place-items-center rounded-full ring-1 ring-inset',
      {
        waiting: 'text-faint ring-line-strong',
        active: 'bg-info-soft text-info ring-info/30',
        done: 'bg-accent-soft text-accent-text ring-accent/30',
        failed: 'bg-bad-soft text-bad ring-bad/30',
      }[state],
    )}
  >
    {state === 'done' ? (
      <Check className="size-3.5" />
    ) : state === 'failed' ? (
      <CircleAlert className="size-3.5" />
    ) : state === 'active' ? (
      <Spinner className="text-sm" />
    ) : (
      <span className="size-1.5 rounded-full bg-current" />
    )}
  </span>
);

const ORDER = ['signing', 'pending', 'confirmed'] as const;

function stepsOf(state: TransactionState, last: Step | null): Step[] {
  const failedAt = state.phase === 'failed' ? (state.hash === null ? 0 : 1) : -1;
  const at = state.phase === 'failed' ? failedAt : ORDER.findIndex((phase) => phase === state.phase);
  const stateOf = (index: number): StepState => (index === failedAt ? 'failed' : index < at ? 'done' : index === at ? 'active' : 'waiting');
  const own: Step[] = [
    { label: 'Confirm it in your wallet', state: stateOf(0) },
    { label: 'Included in a block', state: stateOf(1) },
  ];
  return last ? [...own, last] : own;
}

/** Called once, when the steps appear: they may lie below the fold. */
const reveal = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });

type TransactionProgressProps = {
  state: TransactionState;
  /** What the page waits for after the block, if anything. */
  follow?: { label: string; done: boolean };
};

/** The way of a transaction: wallet, block, and what follows; its hash as soon as there is one. */
export const TransactionProgress = ({ state, follow }: TransactionProgressProps) => {
  const config = useConfig();
  if (state.phase === 'idle') return null;
  const last: Step | null = follow
    ? { label: follow.label, state: follow.done ? 'done' : state.phase === 'confirmed' ? 'active' : 'waiting' }
    : null;
  const hash = 'hash' in state ? state.hash : null;
  return (
    <div ref={reveal} className="flex animate-rise flex-col gap-4" data-testid="transaction" data-phase={state.phase}>
      <ol aria-live="polite" className="flex flex-col gap-3 sm:flex-row sm:flex-wrap sm:gap-x-8">
        {stepsOf(state, last).map((step) => (
          <li
            key={step.label}
            aria-current={step.state === 'active' ? 'step' : undefined}
            className={cn('flex items-center gap-2.5 text-sm', step.state === 'waiting' ? 'text-faint' : 'text-ink')}
          >
            <Mark state={step.state} />
            {step.label}
            <span className="sr-only">({step.state})</span>
          </li>
        ))}
      </ol>
      {hash ? (
        <p className="flex items-center gap-2 text-xs text-muted">
          Transaction <Hash value={hash} label="transaction hash" href={transactionUrl(config.chains[0], hash)} />
        </p>
      ) : null}
      {state.phase === 'failed' ? <ErrorNote error={state.error} /> : null}
    </div>
  );
};
