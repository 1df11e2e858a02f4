import type { Address, Hex } from 'viem';
import { getRegistration } from '@muster/chain/actions/get-registration';
import type { RegistryReader } from '@muster/chain/actions/registry';
import { AppError } from '@muster/protocol/errors/app-error';
import { inSealCalls, sealRegistryCredentials, type RegistryCredentials } from '@muster/protocol/images/registry-credentials';
import { musterDomain, type MusterDomain } from '@muster/protocol/messages/domain';
import { checkKeyStatement } from '@muster/protocol/messages/encryption-key-statement';
import type { ApiOutputs } from '../api-client.ts';
import { openRegistryReader } from '../chain-session.ts';
import type { CommandContext } from '../context.ts';
import type { NodeView, TaskView } from '../output/views.ts';
import { requireTrusted } from './require-trusted.ts';

/** Phases of nodes that may be given the task soon. */
const AT_WORK = new Set(['Healthy', 'Unhealthy', 'Invited', 'Approved']);

export interface SealedNode {
  node: Address;
  encryptionKey: Hex;
  sealed: Hex;
}

/**
 * Seals the credentials to every node of the task's run that is at work, and hands them in. The server's list is not believed: a node counts
 * only if its own signature is under the key, and the chain has its registration Approved, in a registry and over an RPC that are not the
 * server's choice. Throws NODE_NOT_READY when there is none, and what requireTrusted does.
 */
export async function sealForNodes(context: CommandContext, task: TaskView, credentials: RegistryCredentials): Promise<SealedNode[]> {
  const info = await context.masterInfo();
  requireTrusted(info, context.options);
  const reader = await openRegistryReader(context);
  const domain = musterDomain({ chainId: info.chainId, registry: info.registry });
  const nodes = await listNodes(context, task.runId);
  const sealed: SealedNode[] = [];
  for (const view of nodes.filter(({ phase }) => AT_WORK.has(phase))) {
    const key = await trustedKey(view, { runId: task.runId, domain, reader, now: context.io.now() });
    if (key === null) continue;
    const target = { domain, runId: task.runId, taskId: task.taskId, node: view.node };
    sealed.push({ node: view.node, encryptionKey: key, sealed: await sealRegistryCredentials(key, credentials, target) });
  }
  if (sealed.length === 0)
    throw new AppError('NODE_NOT_READY', {
      publicMessage: 'No node of the run has stated a key that its signature and the chain bear out.',
      hint: `The task waits. Once nodes are healthy: muster task seal ${task.taskId} --registry-auth FILE`,
    });
  for (const credentials of inSealCalls(sealed)) await context.asBuyer((api) => api.task.seal.mutate({ taskId: task.taskId, credentials }));
  return sealed;
}

async function trustedKey(
  { node, keyStatement }: NodeView,
  { runId, domain, reader, now }: { runId: string; domain: MusterDomain; reader: RegistryReader; now: number },
): Promise<Hex | null> {
  const statement = checkKeyStatement(keyStatement, { domain, runId, node, now });
  if (statement === null) return null;
  const registration = await getRegistration(reader, runId, node);
  return registration?.standing === 'Approved' && registration.seq === statement.seq ? statement.encryptionKey : null;
}

async function listNodes({ asBuyer }: CommandContext, runId: string): Promise<NodeView[]> {
  const nodes: NodeView[] = [];
  let cursor: string | null = null;
  do {
    const page: ApiOutputs['node']['list'] = await asBuyer((api) => api.node.list.query({ runId, cursor, limit: 200 }));
    nodes.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return nodes;
}
