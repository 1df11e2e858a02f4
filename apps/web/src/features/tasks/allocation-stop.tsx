import { RelativeTime } from '../../components/ui/relative-time.tsx';
import type { AllocationView } from '../../lib/trpc/outputs.ts';

/** Since when it is to stop, by when that is over, and what the buyer can do; nothing for what is not to. */
export const AllocationStop = ({ allocation: { stopping, phase } }: { allocation: AllocationView }) =>
  stopping === null ? null : (
    <p data-testid="allocation-stop" className="text-xs text-muted">
      Told to stop <RelativeTime at={stopping.askedAt} />.{' '}
      {stopping.endsAt !== null ? (
        <>
          Unless its node says before that it has stopped, it counts as lost <RelativeTime at={stopping.endsAt} />.
        </>
      ) : phase === 'Unknown' ? (
        'Its node cannot be reached: it ends once the node is back, or counts as lost.'
      ) : (
        'It may still run, so nothing takes its place before its node says that it has stopped. Stop the task to be done with it.'
      )}
    </p>
  );
