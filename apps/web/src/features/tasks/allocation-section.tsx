import { Box } from 'lucide-react';
import { Card, Section } from '../../components/ui/card.tsx';
import { EmptyState } from '../../components/ui/empty-state.tsx';
import type { TaskView } from '../../lib/trpc/outputs.ts';
import { readableReason } from '../../lib/reason.ts';
import { AllocationRow } from './allocation-row.tsx';

/** Where the task's copies are or were, newest first; a retry is a new allocation. */
export const AllocationSection = ({ task }: { task: TaskView }) => {
  const newestFirst = task.allocations.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt) || a.replica - b.replica);
  return (
    <Section title="Allocations" count={newestFirst.length}>
      <Card>
        {newestFirst.length === 0 ? (
          <EmptyState icon={<Box />} title="Not placed yet">
            {task.phaseReason ? readableReason(task.phaseReason) : 'The task waits for a healthy node with room for it.'}
          </EmptyState>
        ) : (
          <ul className="divide-y divide-line">
            {newestFirst.map((allocation) => (
              <AllocationRow key={allocation.allocationId} allocation={allocation} runId={task.runId} />
            ))}
          </ul>
        )}
      </Card>
    </Section>
  );
};
