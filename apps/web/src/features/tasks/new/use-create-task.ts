import type { RegistryCredentials } from '@muster/protocol/images/registry-credentials';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { notifyDone, notifyError } from '../../../lib/notify.ts';
import { useTRPC, useTRPCClient } from '../../../lib/trpc/client.ts';
import { useSealTask } from '../use-seal-task.ts';

export type NewTask = { spec: string; idempotencyKey: string; credentials: RegistryCredentials | null };

/** Creates the task and seals the credentials that it needs, then shows it. */
export function useCreateTask(runId: string) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const seal = useSealTask();
  const router = useRouter();
  const queryClient = useQueryClient();

  return useMutation({
    mutationFn: async ({ spec, idempotencyKey, credentials }: NewTask) => {
      const task = await client.task.create.mutate({ runId, spec, idempotencyKey, needsCredentials: credentials !== null });
      // The task is there either way, and its page says what it waits for.
      if (credentials !== null) await seal({ runId, taskId: task.taskId, credentials }).catch(notifyError);
      return task;
    },
    onSuccess: (task) => {
      queryClient.setQueryData(trpc.task.get.queryKey({ taskId: task.taskId }), task);
      void queryClient.invalidateQueries(trpc.task.list.pathFilter());
      notifyDone(`Task ${task.name} created`);
      router.push(`/runs/${runId}/tasks/${task.taskId}`);
    },
  });
}
