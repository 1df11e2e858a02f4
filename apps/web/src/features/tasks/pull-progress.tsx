import { pullShare, pullText } from '../../lib/allocation-outcome.ts';
import type { AllocationView } from '../../lib/trpc/outputs.ts';

type Pull = NonNullable<AllocationView['pull']>;

const STAGES = {
  queue: 'Waiting for other images of the node',
  download: 'Fetching the image',
  check: 'Checking the image',
  extract: 'Unpacking the image',
} as const;

/** How far a node is with an image: fetched, checked, then unpacked; each with a bar of its own. */
export const PullProgress = ({ pull }: { pull: Pull }) => {
  const share = pull.stage === 'queue' ? 0 : pullShare(pull);
  const label = STAGES[pull.stage];
  return (
    <div className="flex flex-col gap-1.5" data-testid="pull-progress" data-stage={pull.stage}>
      <div className="flex items-baseline justify-between gap-3 text-xs text-muted">
        <span>{label}</span>
        {pull.stage !== 'queue' && <span className="figures">{pullText(pull)}</span>}
      </div>
      <progress className="sr-only" aria-label={label} max={1} value={share} />
      <div aria-hidden className="h-1.5 overflow-hidden rounded-full bg-hover">
        <div className="h-full rounded-full bg-accent transition-[width] duration-500" style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
};
