'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Box, Plus } from 'lucide-react';
import Link from 'next/link';
import { Button } from '../../components/ui/button.tsx';
import { Card, Section } from '../../components/ui/card.tsx';
import { EmptyState } from '../../components/ui/empty-state.tsx';
import { ErrorState } from '../../components/ui/error-state.tsx';
import { SkeletonRows } from '../../components/ui/skeleton.tsx';
import { useTRPC } from '../../lib/trpc/client.ts';
import { taskList } from '../../lib/trpc/queries.ts';
import type { RunView } from '../../lib/trpc/outputs.ts';
import { TaskRow } from './task-row.tsx';

const NewTask = ({ runId }: { runId: string }) => (
  <Button asChild size="sm" variant="primary">
    <Link href={`/runs/${runId}/tasks/new`} data-testid="new-task">
      <Plus aria-hidden /> New task
    </Link>
  </Button>
);

export const TaskSection = ({ run }: { run: RunView }) => {
  const query = useInfiniteQuery(taskList(useTRPC(), run.runId));
  const tasks = query.data?.pages.flatMap((page) => page.items) ?? [];
  const open = run.status === 'open';
  return (
    <Section title="Tasks" count={query.isPending ? undefined : tasks.length} action={open ? <NewTask runId={run.runId} /> : undefined}>
      <Card>
        {query.isPending ? (
          <SkeletonRows label="Loading tasks" rows={2} rowClassName="h-17" />
        ) : query.isError ? (
          <ErrorState error={query.error} retry={() => void query.refetch()} />
        ) : tasks.length === 0 ? (
          <EmptyState icon={<Box />} title="No tasks yet">
            {open
              ? 'A task is a container that the nodes of this run execute. You can create it before a node is healthy: it waits.'
              : 'This run is closed and takes no tasks any more.'}
          </EmptyState>
        ) : (
          <ul className="divide-y divide-line">
            {tasks.map((task) => (
              <TaskRow key={task.taskId} task={task} />
            ))}
          </ul>
        )}
        {query.hasNextPage ? (
          <div className="flex justify-center border-t border-line p-3">
            <Button size="sm" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              Show older tasks
            </Button>
          </div>
        ) : null}
      </Card>
    </Section>
  );
};
