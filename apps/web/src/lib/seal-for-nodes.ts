import { AppError } from '@muster/protocol/errors/app-error';
import { sealRegistryCredentials, type RegistryCredentials } from '@muster/protocol/images/registry-credentials';
import { musterDomain } from '@muster/protocol/messages/domain';
import { checkKeyStatement } from '@muster/protocol/messages/encryption-key-statement';
import type { Address, Hex } from 'viem';
import type { Config } from 'wagmi';
import { isApproved } from './chain/is-approved.ts';
import type { NodeView } from './trpc/outputs.ts';

export type SealedForNode = { node: Address; encryptionKey: Hex; sealed: Hex };

export type SealInput = {
  config: Config;
  chainId: number;
  registry: Address;
  runId: string;
  taskId: string;
  nodes: readonly NodeView[];
  credentials: RegistryCredentials;
};

/**
 * Seals credentials in this page to the keys of the run's nodes. The server's list is not believed: a node counts only if its own
 * signature is under the key, and the chain has its registration approved. Throws NODE_NOT_READY when there is none.
 */
export async function sealForNodes({ config, chainId, registry, runId, taskId, nodes, credentials }: SealInput): Promise<SealedForNode[]> {
  const domain = musterDomain({ chainId, registry });
  const sealed: SealedForNode[] = [];
  for (const { node, keyStatement } of nodes) {
    const statement = checkKeyStatement(keyStatement, { domain, runId, node, now: Date.now() });
    if (statement === null || !(await isApproved(config, { registry, runId, node, seq: statement.seq }))) continue;
    const { encryptionKey } = statement;
    sealed.push({
      node,
      encryptionKey,
      sealed: await sealRegistryCredentials(encryptionKey, credentials, { domain, runId, taskId, node }),
    });
  }
  if (sealed.length > 0) return sealed;
  throw new AppError('NODE_NOT_READY', {
    publicMessage: 'No node of the run has stated a key yet that its signature and the chain bear out.',
    hint: 'The task waits; seal them on its page once nodes are healthy.',
  });
}
