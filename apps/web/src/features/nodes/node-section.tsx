'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Server } from 'lucide-react';
import { Button } from '../../components/ui/button.tsx';
import { Card, Section } from '../../components/ui/card.tsx';
import { EmptyState } from '../../components/ui/empty-state.tsx';
import { ErrorState } from '../../components/ui/error-state.tsx';
import { ScrollBox } from '../../components/ui/scroll-box.tsx';
import { SkeletonRows } from '../../components/ui/skeleton.tsx';
import { useTRPC } from '../../lib/trpc/client.ts';
import { nodeList } from '../../lib/trpc/queries.ts';
import type { NodeView, RunView } from '../../lib/trpc/outputs.ts';
import { AddMachine, AttachSteps } from './add-machine.tsx';
import { NodePipeline } from './node-pipeline.tsx';
import { NodeRow } from './node-row.tsx';

/** The nodes of a run on their way to work, live. */
export const NodeSection = ({ run }: { run: RunView }) => {
  const query = useInfiniteQuery(nodeList(useTRPC(), run.runId));
  const open = run.status === 'open';
  const nodes = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section
      title="Nodes"
      count={query.isPending ? undefined : nodes.length}
      action={open && nodes.length > 0 ? <AddMachine run={run} /> : undefined}
    >
      <Card>
        <NodePipeline nodes={nodes} />
        {query.isPending ? (
          <SkeletonRows label="Loading nodes" rows={2} rowClassName="h-19" />
        ) : query.isError ? (
          <ErrorState error={query.error} retry={() => void query.refetch()} />
        ) : nodes.length === 0 ? (
          <NoNodes run={run} />
        ) : (
          <NodeRows nodes={nodes} />
        )}
        {query.hasNextPage ? (
          <div className="flex justify-center border-t border-line p-3">
            <Button size="sm" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              Show more nodes
            </Button>
          </div>
        ) : null}
      </Card>
    </Section>
  );
};

/** Rows that a page shows before its tasks are out of sight. */
const SHOWN_AT_ONCE = 8;

const NodeRows = ({ nodes }: { nodes: readonly NodeView[] }) => {
  const rows = (
    <ul className="divide-y divide-line">
      {nodes.map((node) => (
        <NodeRow key={node.node} node={node} />
      ))}
    </ul>
  );
  if (nodes.length <= SHOWN_AT_ONCE) return rows;
  return (
    <ScrollBox label="Nodes of the run" className="max-h-[38rem] overflow-y-auto -outline-offset-2">
      {rows}
    </ScrollBox>
  );
};

const NoNodes = ({ run }: { run: RunView }) =>
  run.status === 'open' ? (
    <div className="flex flex-col gap-6 p-5 sm:p-6">
      <div>
        <p className="text-base font-medium">Waiting for the first machine</p>
        <p className="text-sm text-muted">It appears here as soon as its registration is on chain.</p>
      </div>
      <AttachSteps run={run} />
    </div>
  ) : (
    <EmptyState icon={<Server />} title="No machine ever registered">
      This run is closed and takes no registrations any more.
    </EmptyState>
  );
