import { createFileJournal } from '@muster/chain/sender/file-journal';
import { createTxSender, type TxSender } from '@muster/chain/sender/tx-sender';
import type { ChainClient } from '@muster/chain/clients';
import { createSigner, type Signer } from '@muster/protocol/crypto/signer';
import { loadKey, type KeySource } from '@muster/runtime/key-file';
import { join } from 'node:path';
import { privateKeyToAccount } from 'viem/accounts';
import type { Address } from 'viem';
import type { Config } from './config.ts';

export interface NodeKeys {
  /** Signs what the node says. */
  signer: Signer;
  nodeKeyCreated: boolean;
  /** Sends with the node's own key. */
  self: TxSender;
  /** Sends with the provider's; null when that key is elsewhere. */
  provider: TxSender | null;
  providerAddress: Address | null;
}

/** The node's key is made on first use; the provider's must be there if it is named. */
export async function loadKeys(config: Config, client: ChainClient, signal: AbortSignal): Promise<NodeKeys> {
  const { privateKey, created } = await loadKey({ ...config.nodeKey, createIfMissing: config.nodeKey.value === undefined });
  const senderOf = async (name: string, source: KeySource) => {
    const account = privateKeyToAccount((await loadKey(source)).privateKey);
    return createTxSender({ client, account, signal, journal: createFileJournal(join(config.dataDir, `transactions-${name}.json`)) });
  };
  const provider = config.providerKey ? await senderOf('provider', config.providerKey) : null;
  return {
    signer: createSigner(privateKey),
    nodeKeyCreated: created,
    self: await senderOf('node', config.nodeKey),
    provider,
    providerAddress: provider?.address ?? config.provider,
  };
}
