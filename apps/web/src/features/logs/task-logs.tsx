'use client';
import { useState } from 'react';
import { Card, Section } from '../../components/ui/card.tsx';
import { ErrorNote } from '../../components/ui/error-state.tsx';
import { LogViewer } from '../../components/ui/log-viewer/log-viewer.tsx';
import { Select } from '../../components/ui/select.tsx';
import { Dot } from '../../components/ui/status-pill.tsx';
import { cn } from '../../lib/cn.ts';
import { shortHash } from '../../lib/format.ts';
import { useLogDownload } from '../../lib/logs/use-log-download.ts';
import { useTaskLog, type LogRef } from '../../lib/logs/use-task-log.ts';
import { isEndedTask } from '../../lib/phases.ts';
import type { TaskView } from '../../lib/trpc/outputs.ts';

const ALL = 'all';

/** The log of a task: all copies together, or one allocation. */
export const TaskLogs = ({ task }: { task: TaskView }) => {
  const [chosen, setChosen] = useState(ALL);
  const ref: LogRef = chosen === ALL ? { taskId: task.taskId } : { allocationId: chosen };
  return <LogPanel key={chosen} task={task} logRef={ref} chosen={chosen} onChoose={setChosen} />;
};

type LogPanelProps = { task: TaskView; logRef: LogRef; chosen: string; onChoose: (value: string) => void };

const LogPanel = ({ task, logRef, chosen, onChoose }: LogPanelProps) => {
  const { snapshot, status, error } = useTaskLog(logRef);
  const download = useLogDownload();
  const ended = isEndedTask(task.phase);
  const options = [
    { value: ALL, label: 'All copies' },
    ...task.allocations.map(({ allocationId, replica, node, phase }) => ({
      value: allocationId,
      label: `Copy ${replica + 1}`,
      hint: `${shortHash(node)}, ${phase.toLowerCase()}`,
    })),
  ];
  const allocationIds = chosen === ALL ? task.allocations.map((allocation) => allocation.allocationId) : [chosen];
  return (
    <Section title="Log" action={<LogStatus live={status === 'pending' && !ended} status={status} ended={ended} />}>
      <Card className={cn('flex flex-col', ended && snapshot.total === 0 ? 'h-40' : 'h-[min(32rem,70dvh)]')}>
        {error && snapshot.total === 0 ? (
          <ErrorNote error={error} className="m-4" />
        ) : (
          <LogViewer
            snapshot={snapshot}
            label={`Log of ${task.name}`}
            empty={
              ended
                ? 'It printed nothing.'
                : task.allocations.length === 0
                  ? 'The log begins when the task is placed on a node.'
                  : 'Waiting for the first line…'
            }
            downloading={download.isPending}
            onDownload={() => download.mutate({ allocationIds, fileName: `${task.name.replaceAll(/[^\w.-]+/g, '-')}.log` })}
            source={
              task.allocations.length > 1 ? (
                <Select className="h-8 w-36" aria-label="Which copy" value={chosen} onValueChange={onChoose} options={options} />
              ) : null
            }
          />
        )}
      </Card>
    </Section>
  );
};

const LogStatus = ({ live, status, ended }: { live: boolean; status: string; ended: boolean }) => (
  <output className="flex items-center gap-2 text-xs text-muted">
    <Dot tone={live ? 'ok' : ended ? 'ended' : status === 'error' ? 'bad' : 'neutral'} live={live} />
    {live ? 'Live' : ended ? 'Ended' : status === 'error' ? 'Interrupted' : 'Connecting'}
  </output>
);
