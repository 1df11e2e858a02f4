import { cn } from '../../lib/cn.ts';
import { NODE_STATIONS, phaseInfo } from '../../lib/phases.ts';
import type { NodeView } from '../../lib/trpc/outputs.ts';

const OFF_TRACK = ['Unhealthy', 'Lost', 'Draining', 'Rejected', 'Ejected', 'Invalidated', 'Lapsed', 'Left', 'Closed'] as const;

const BAR = { neutral: 'bg-faint', progress: 'bg-info', ok: 'bg-accent', warn: 'bg-warn', bad: 'bg-bad', ended: 'bg-line-strong' } as const;

/** How many nodes are at each station; below it, only if there are any, those that fell off the way. */
export const NodePipeline = ({ nodes }: { nodes: readonly Pick<NodeView, 'phase'>[] }) => {
  const count = (phase: string): number => nodes.filter((node) => node.phase === phase).length;
  const off = OFF_TRACK.map((phase) => ({ phase, count: count(phase) })).filter((entry) => entry.count > 0);
  return (
    <div className="border-b border-line">
      <ol className="grid grid-cols-5" aria-label="Nodes by phase">
        {NODE_STATIONS.map((phase) => {
          const here = count(phase);
          const { tone, meaning } = phaseInfo('node', phase);
          return (
            <li
              key={phase}
              title={meaning}
              data-testid={`station-${phase}`}
              className="relative flex flex-col gap-0.5 border-r border-line px-2 py-3 last:border-r-0 sm:px-5 sm:py-4"
            >
              <span
                className={cn('absolute inset-x-0 top-0 h-0.5 transition-colors duration-500', here > 0 ? BAR[tone] : 'bg-transparent')}
              />
              <span className={cn('figures text-2xl font-semibold tracking-tight transition-colors', here === 0 && 'text-faint/60')}>
                {here}
              </span>
              <span className={cn('truncate text-[0.625rem] leading-4 sm:text-xs', here === 0 ? 'text-faint' : 'text-muted')}>{phase}</span>
            </li>
          );
        })}
      </ol>
      {off.length > 0 ? (
        <p className="border-t border-line px-5 py-2 text-xs text-muted">
          Off the way: {off.map((entry) => `${entry.count} ${entry.phase.toLowerCase()}`).join(', ')}
        </p>
      ) : null}
    </div>
  );
};
