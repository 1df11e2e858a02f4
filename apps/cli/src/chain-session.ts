import { checkDeployment } from '@muster/chain/actions/check-deployment';
import type { RegistryReader, RegistryWriter } from '@muster/chain/actions/registry';
import { createChainClient, type ChainClient } from '@muster/chain/clients';
import { createTxSender } from '@muster/chain/sender/tx-sender';
import type { CommandContext } from './context.ts';
import { UsageError } from './usage-error.ts';

/** The registry that the server's master follows, ready for the buyer's transactions. Throws WRONG_CHAIN, WRONG_REGISTRY, RPC_UNAVAILABLE. */
export async function openRegistry(context: CommandContext): Promise<RegistryWriter> {
  const { client, registry } = await openRegistryReader(context);
  return { registry, sender: createTxSender({ client, account: await context.account(), signal: context.io.signal }) };
}

/** The same, to look at only. */
export async function openRegistryReader({ masterInfo, options }: CommandContext): Promise<RegistryReader & { client: ChainClient }> {
  const info = await masterInfo();
  const rpcUrl = options.rpc ?? info.rpcUrl;
  if (rpcUrl === null) {
    throw new UsageError(`The server names no RPC for chain ${info.chainId}.`, 'Give one that you trust: --rpc https://…');
  }
  const client = createChainClient({ chainId: info.chainId, rpcUrl });
  await checkDeployment({ client, registry: info.registry });
  return { client, registry: info.registry };
}
