import type { RegistryCredentials } from '@muster/protocol/images/registry-credentials';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useConfig } from 'wagmi';
import { notifyDone, notifyError } from '../../../lib/notify.ts';
import { sealForNodes } from '../../../lib/seal-for-nodes.ts';
import { useTRPC, useTRPCClient } from '../../../lib/trpc/client.ts';
import type { NodeView } from '../../../lib/trpc/outputs.ts';
import { useMasterInfo } from '../../../lib/use-master-info.ts';

export type NewTask = { spec: string; idempotencyKey: string; credentials: RegistryCredentials | null };

/** Creates the task and seals the credentials that it needs, then shows it. */
export function useCreateTask(runId: string) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const config = useConfig();
  const router = useRouter();
  const queryClient = useQueryClient();
  const { data: info } = useMasterInfo();

  async function seal(taskId: string, credentials: RegistryCredentials): Promise<void> {
    if (!info) return;
    const nodes: NodeView[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: NodeView[]; nextCursor: string | null } = await client.node.list.query({ runId, cursor, limit: 200 });
      nodes.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    const { chainId, registry } = info;
    await client.task.seal.mutate({
      taskId,
      credentials: await sealForNodes({ config, chainId, registry, runId, taskId, nodes, credentials }),
    });
  }

  return useMutation({
    mutationFn: async ({ spec, idempotencyKey, credentials }: NewTask) => {
      const task = await client.task.create.mutate({ runId, spec, idempotencyKey, needsCredentials: credentials !== null });
      // The task is there either way, and its page says what it waits for.
      if (credentials !== null) await seal(task.taskId, credentials).catch(notifyError);
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
