import { cn } from '../../lib/cn.ts';
import { NODE_STATIONS, phaseInfo, trackOf } from '../../lib/phases.ts';
import type { NodeView } from '../../lib/trpc/outputs.ts';
import { DOT } from '../../components/ui/status-pill.tsx';

const LAST = NODE_STATIONS.length - 1;

/**
 * The node's way from registration to work. The marker glides when the phase changes. Decoration for the eye:
 * the pill beside it says the phase in words.
 */
export const NodeTrack = ({
  node,
  className,
}: {
  node: Pick<NodeView, 'phase' | 'approvedAt' | 'lastHeartbeatAt' | 'approvals' | 'rejections'>;
  className?: string;
}) => {
  const { station, derailed } = trackOf(node);
  const { tone, live } = phaseInfo('node', node.phase);
  const share = (station / LAST) * 100;
  return (
    <div aria-hidden className={cn('relative h-4', className)}>
      <div className="absolute inset-x-1.5 top-1/2 h-px -translate-y-1/2">
        <div className="absolute inset-0 bg-line-strong" />
        <div
          className={cn(
            'absolute inset-y-0 left-0 -my-px transition-[width] duration-700 ease-out',
            derailed ? 'bg-line-strong' : 'bg-accent',
          )}
          style={{ width: `${share}%` }}
        />
        {NODE_STATIONS.map((name, index) => (
          <span
            key={name}
            style={{ left: `${(index / LAST) * 100}%` }}
            className={cn(
              'absolute top-1/2 size-1.5 -translate-1/2 rounded-full ring-3 ring-surface transition-colors duration-700',
              index <= station && !derailed ? 'bg-accent' : 'bg-line-strong',
            )}
          />
        ))}
        <span
          style={{ left: `${share}%` }}
          className={cn(
            'absolute top-1/2 size-3 -translate-1/2 rounded-full ring-4 ring-surface transition-[left,background-color] duration-700 ease-out',
            DOT[tone],
            tone === 'ended' && 'bg-surface',
          )}
        >
          {live ? <span className={cn('absolute inset-0 animate-beacon rounded-full', DOT[tone])} /> : null}
        </span>
      </div>
    </div>
  );
};
