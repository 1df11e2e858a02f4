import Link from 'next/link';
import { RelativeTime } from '../../components/ui/relative-time.tsx';
import { StatusPill } from '../../components/ui/status-pill.tsx';
import { shortHash } from '../../lib/format.ts';
import { summarizeCapabilities } from '../../lib/node-summary.ts';
import { phaseInfo } from '../../lib/phases.ts';
import { readableReason } from '../../lib/reason.ts';
import type { NodeView } from '../../lib/trpc/outputs.ts';
import { Identicon } from '../wallet/identicon.tsx';
import { NodeTrack } from './node-track.tsx';

export const NodeRow = ({ node }: { node: NodeView }) => (
  <li data-testid="node-row" data-phase={node.phase} data-node={node.node} className="animate-fade">
    <Link
      href={`/runs/${node.runId}/nodes/${node.node}`}
      className="grid grid-cols-[minmax(0,1fr)] items-center gap-x-6 gap-y-3 px-5 py-4 -outline-offset-2 transition-colors hover:bg-sunken/60 md:grid-cols-[minmax(0,1.25fr)_minmax(0,1fr)_9.5rem]"
    >
      <span className="flex min-w-0 items-center gap-3">
        <Identicon address={node.node} className="size-8 rounded-md" />
        <span className="min-w-0">
          <span className="block font-mono text-sm">{shortHash(node.node)}</span>
          <span className="block truncate text-xs text-muted">
            {node.capabilities ? summarizeCapabilities(node.capabilities) : 'has not announced itself yet'}
          </span>
        </span>
      </span>
      <span className="flex min-w-0 flex-col gap-1">
        <NodeTrack node={node} />
        <span className="truncate text-xs text-faint">
          {node.phaseReason ? readableReason(node.phaseReason) : phaseInfo('node', node.phase).meaning}
        </span>
      </span>
      <span className="flex items-center justify-between gap-2 md:flex-col md:items-end md:gap-1">
        <StatusPill kind="node" phase={node.phase} />
        <span className="text-xs text-faint">
          {node.lastHeartbeatAt ? (
            <>
              seen <RelativeTime at={node.lastHeartbeatAt} />
            </>
          ) : (
            <>
              registered <RelativeTime at={node.registeredAt} />
            </>
          )}
        </span>
      </span>
    </Link>
  </li>
);
