'use client';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { PageHeader } from '../../../components/ui/page-header.tsx';
import { useMasterInfo } from '../../../lib/use-master-info.ts';
import { RunGate } from '../../runs/run-gate.tsx';
import { NewTaskForm } from './new-task-form.tsx';

export const NewTaskPage = ({ runId }: { runId: string }) => {
  const { data: info } = useMasterInfo();
  return (
    <RunGate runId={runId}>
      {() => (
        <>
          <PageHeader
            crumbs={[
              { label: 'Your runs', href: '/' },
              { label: `Run ${runId}`, href: `/runs/${runId}` },
            ]}
            title="New task"
          />
          {info ? <NewTaskForm runId={runId} isDev={info.isDev} /> : <Skeleton className="h-140 rounded-lg" />}
        </>
      )}
    </RunGate>
  );
};
