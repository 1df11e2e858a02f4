import { Box } from 'lucide-react';
import { EmptyState } from '../../components/ui/empty-state.tsx';
import { readableReason } from '../../lib/reason.ts';
import type { TaskView } from '../../lib/trpc/outputs.ts';
import { AllocationRow } from './allocation-row.tsx';

/** Newest first; a retry is a new allocation. */
export const AllocationList = ({ task }: { task: TaskView }) => {
  if (task.allocations.length === 0) {
    return (
      <EmptyState icon={<Box />} title="Not placed yet">
        {task.phaseReason ? readableReason(task.phaseReason) : 'The task waits for a healthy node with room for it.'}
      </EmptyState>
    );
  }
  const newestFirst = task.allocations.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt) || a.replica - b.replica);
  return (
    <ul className="divide-y divide-line">
      {newestFirst.map((allocation) => (
        <AllocationRow key={allocation.allocationId} allocation={allocation} spec={task.spec} runId={task.runId} />
      ))}
    </ul>
  );
};
