'use client';
import { useQuery } from '@tanstack/react-query';
import { Card } from '../../components/ui/card.tsx';
import { CopyButton } from '../../components/ui/copyable.tsx';
import { ErrorState } from '../../components/ui/error-state.tsx';
import { PageHeader } from '../../components/ui/page-header.tsx';
import { RelativeTime } from '../../components/ui/relative-time.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { StatusPill } from '../../components/ui/status-pill.tsx';
import { shortHash } from '../../lib/format.ts';
import { phaseInfo } from '../../lib/phases.ts';
import { readableReason } from '../../lib/reason.ts';
import { useTRPC } from '../../lib/trpc/client.ts';
import { nodeDetail } from '../../lib/trpc/queries.ts';
import type { NodeDetail, RunView } from '../../lib/trpc/outputs.ts';
import { RunGate } from '../runs/run-gate.tsx';
import { TimelineSection } from '../runs/timeline-section.tsx';
import { CapabilitySection } from './capability-section.tsx';
import { DrainNode } from './drain-node.tsx';
import { NodeTrack } from './node-track.tsx';
import { OfferSection } from './offer-section.tsx';
import { OrphanSection } from './orphan-section.tsx';
import { StandingSection } from './standing-section.tsx';
import { VerdictSection } from './verdict-section.tsx';

export const NodePage = ({ runId, node }: { runId: string; node: string }) => (
  <RunGate runId={runId}>{(run) => <NodeLoader run={run} address={node} />}</RunGate>
);

const NodeLoader = ({ run, address }: { run: RunView; address: string }) => {
  const node = useQuery(nodeDetail(useTRPC(), { runId: run.runId, node: address }));
  if (node.data) return <NodeBody run={run} node={node.data} />;
  if (node.isError) {
    return (
      <Card>
        <ErrorState error={node.error} retry={() => void node.refetch()} />
      </Card>
    );
  }
  return <Skeleton className="h-96 rounded-lg" />;
};

const NodeBody = ({ run, node }: { run: RunView; node: NodeDetail }) => {
  // Where nothing goes on, the reason alone ("no answer within 10s") does not say what that means for its containers.
  const info = phaseInfo('node', node.phase);
  return (
    <>
      <PageHeader
        crumbs={[
          { label: 'Your runs', href: '/' },
          { label: `Run ${run.runId}`, href: `/runs/${run.runId}` },
        ]}
        title={
          <span className="flex items-center gap-1.5">
            Node <span className="font-mono text-[0.9em] font-medium">{shortHash(node.node)}</span>
            <CopyButton text={node.node} label="node address" />
          </span>
        }
        badge={<StatusPill kind="node" phase={node.phase} />}
        actions={<DrainNode node={node} />}
        meta={
          <>
            {info.live && node.phaseReason ? null : <span>{info.meaning}</span>}
            {node.phaseReason ? <span>{readableReason(node.phaseReason)}</span> : null}
            {node.lastHeartbeatAt ? (
              <span>
                last heartbeat <RelativeTime at={node.lastHeartbeatAt} />
              </span>
            ) : null}
          </>
        }
      />
      <Card className="px-5 pt-5 pb-4">
        <NodeTrack node={node} />
        <div className="mt-2 flex justify-between text-2xs text-faint sm:text-xs">
          {['Registered', 'Validating', 'Approved', 'Invited', 'Healthy'].map((station) => (
            <span key={station}>{station}</span>
          ))}
        </div>
      </Card>
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="flex min-w-0 flex-col gap-8">
          <CapabilitySection node={node} />
          <OfferSection offer={node.offer} />
          <OrphanSection orphans={node.orphans} />
          <VerdictSection node={node} quorum={run.quorum} />
        </div>
        <div className="flex min-w-0 flex-col gap-8">
          <StandingSection node={node} />
          <TimelineSection runId={run.runId} about={node.node} />
        </div>
      </div>
    </>
  );
};
