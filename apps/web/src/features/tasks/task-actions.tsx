'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { RotateCcw, Square } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { ConfirmDialog } from '../../components/ui/confirm-dialog.tsx';
import { formatDuration } from '../../lib/format.ts';
import { notifyDone, notifyError } from '../../lib/notify.ts';
import { isEndedTask } from '../../lib/phases.ts';
import { useTRPC } from '../../lib/trpc/client.ts';
import type { TaskView } from '../../lib/trpc/outputs.ts';

/** Stop and restart. Both are signed orders: the answer says that they were sent, the phase that they were carried out. */
export const TaskActions = ({ task }: { task: TaskView }) => {
  const [asking, setAsking] = useState(false);
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const keep = (next: TaskView): void => {
    queryClient.setQueryData(trpc.task.get.queryKey({ taskId: next.taskId }), next);
    void queryClient.invalidateQueries(trpc.task.list.pathFilter());
  };
  const restart = useMutation(
    trpc.task.restart.mutationOptions({
      onSuccess: (next) => {
        keep(next);
        notifyDone('Restart ordered', `Containers get ${graceOf(task)} to end, then start again.`);
      },
      onError: notifyError,
    }),
  );
  const stop = useMutation(
    trpc.task.stop.mutationOptions({
      onSuccess: (next) => {
        keep(next);
        setAsking(false);
        notifyDone('Stop ordered');
      },
      onError: notifyError,
    }),
  );
  if (isEndedTask(task.phase)) return null;
  const stopping = task.desired === 'Stopped' || task.phase === 'Stopping';
  return (
    <>
      <Button
        icon={<RotateCcw aria-hidden />}
        busy={restart.isPending}
        disabled={stopping}
        onClick={() => restart.mutate({ taskId: task.taskId })}
        data-testid="restart-task"
      >
        Restart
      </Button>
      <Button
        variant="danger-quiet"
        icon={<Square aria-hidden />}
        disabled={stopping}
        onClick={() => setAsking(true)}
        data-testid="stop-task"
      >
        {stopping ? 'Stopping' : 'Stop'}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Stop ${task.name}?`}
        confirmLabel="Stop task"
        busy={stop.isPending}
        onConfirm={() => stop.mutate({ taskId: task.taskId })}
      >
        <p>
          Its containers get SIGTERM and {graceOf(task)} to end. Logs and volumes are kept. A stopped task does not start again; create a
          new one instead.
        </p>
      </ConfirmDialog>
    </>
  );
};

const graceOf = ({ spec }: TaskView): string => (spec === null ? 'their grace period' : formatDuration(spec.graceMs));
