import { inSealCalls, type RegistryCredentials } from '@muster/protocol/images/registry-credentials';
import type { Config } from 'wagmi';
import { sealForNodes, type SealedForNode } from './seal-for-nodes.ts';
import type { MasterInfo, NodeView } from './trpc/outputs.ts';

type NodePage = { items: NodeView[]; nextCursor: string | null };

/** What of the server's interface it takes. */
export interface SealTaskDeps {
  client: {
    node: { list: { query(input: { runId: string; cursor: string | null; limit: number }): Promise<NodePage> } };
    task: { seal: { mutate(input: { taskId: string; credentials: SealedForNode[] }): Promise<unknown> } };
  };
  config: Config;
  masterInfo(this: void): Promise<Pick<MasterInfo, 'chainId' | 'registry'>>;
}

export interface SealTaskInput {
  runId: string;
  taskId: string;
  credentials: RegistryCredentials;
}

/** Seals a task's credentials to every node of its run, hands them in and says how many. Throws what the server does, and NODE_NOT_READY. */
export async function sealTask(
  { client, config, masterInfo }: SealTaskDeps,
  { runId, taskId, credentials }: SealTaskInput,
): Promise<number> {
  const { chainId, registry } = await masterInfo();
  const nodes: NodeView[] = [];
  let cursor: string | null = null;
  do {
    const page: NodePage = await client.node.list.query({ runId, cursor, limit: 200 });
    nodes.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  const sealed = await sealForNodes({ config, chainId, registry, runId, taskId, nodes, credentials });
  for (const call of inSealCalls(sealed)) await client.task.seal.mutate({ taskId, credentials: call });
  return sealed.length;
}
