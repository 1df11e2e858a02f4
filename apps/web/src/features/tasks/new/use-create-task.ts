import type { RegistryCredentials } from '@muster/protocol/images/registry-credentials';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useConfig } from 'wagmi';
import { notifyDone, notifyError } from '../../../lib/notify.ts';
import { sealTask } from '../../../lib/seal-task.ts';
import { useTRPC, useTRPCClient } from '../../../lib/trpc/client.ts';
import { masterInfo } from '../../../lib/trpc/queries.ts';

export type NewTask = { spec: string; idempotencyKey: string; credentials: RegistryCredentials | null };

/** Creates the task and seals the credentials that it needs, then shows it. */
export function useCreateTask(runId: string) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const config = useConfig();
  const router = useRouter();
  const queryClient = useQueryClient();
  // Asked for if it is not there yet: nothing is sealed against a registry that nobody named, and never in silence.
  const masterKnown = () => queryClient.ensureQueryData(masterInfo(trpc));

  return useMutation({
    mutationFn: async ({ spec, idempotencyKey, credentials }: NewTask) => {
      const task = await client.task.create.mutate({ runId, spec, idempotencyKey, needsCredentials: credentials !== null });
      // The task is there either way, and its page says what it waits for.
      if (credentials !== null)
        await sealTask({ client, config, masterInfo: masterKnown }, { runId, taskId: task.taskId, credentials }).catch(notifyError);
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
