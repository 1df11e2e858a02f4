'use client';
import { Banner } from '../../components/ui/banner.tsx';
import { PageHeader } from '../../components/ui/page-header.tsx';
import { RelativeTime } from '../../components/ui/relative-time.tsx';
import { StatusPill } from '../../components/ui/status-pill.tsx';
import type { RunView } from '../../lib/trpc/outputs.ts';
import { NodeSection } from '../nodes/node-section.tsx';
import { TaskSection } from '../tasks/task-section.tsx';
import { CloseRun } from './close-run.tsx';
import { RunDetails } from './run-details.tsx';
import { RunGate } from './run-gate.tsx';
import { TimelineSection } from './timeline-section.tsx';

export const RunPage = ({ runId }: { runId: string }) => <RunGate runId={runId}>{(run) => <RunBody run={run} />}</RunGate>;

const RunBody = ({ run }: { run: RunView }) => (
  <>
    <PageHeader
      crumbs={[{ label: 'Your runs', href: '/' }]}
      title={`Run ${run.runId}`}
      badge={<StatusPill kind="run" phase={run.status} />}
      actions={run.status === 'open' ? <CloseRun runId={run.runId} /> : undefined}
      meta={
        <>
          <span className="font-mono text-xs">{run.requirements || 'any machine'}</span>
          <span>
            published <RelativeTime at={run.createdAt} />
          </span>
          {run.closedAt ? (
            <span>
              closed <RelativeTime at={run.closedAt} />
            </span>
          ) : null}
        </>
      }
    />
    {run.servedHere ? null : (
      <Banner tone="warn" title="Another master coordinates this run.">
        This server shows what the chain says of it; nodes and tasks are that master’s to run.
      </Banner>
    )}
    <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="flex min-w-0 flex-col gap-8">
        <NodeSection run={run} />
        <TaskSection run={run} />
      </div>
      <div className="flex min-w-0 flex-col gap-8">
        <RunDetails run={run} />
        <TimelineSection runId={run.runId} />
      </div>
    </div>
  </>
);
