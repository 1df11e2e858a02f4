import { join } from 'node:path';
import { type Address, createTestClient, http, parseEther } from 'viem';
import { foundry } from 'viem/chains';
import { addValidator } from '@muster/chain/actions/add-validator';
import { isValidator } from '@muster/chain/actions/is-validator';
import { type ChainClient, createChainClient } from '@muster/chain/clients';
import { ensureDevDeployment } from '@muster/chain/deploy/ensure-dev-deployment';
import { type Anvil, startAnvil } from '@muster/chain/dev/anvil';
import { devAccount, devKey } from '@muster/chain/dev/dev-accounts';
import { createTxSender } from '@muster/chain/sender/tx-sender';

export const devChainId = 31337;
/** Anvil's second account: the development wallet of the dashboard, and the buyer of the demo. */
export const devBuyer = { address: devAccount(1).address, key: devKey(1) };

export interface DevChain {
  anvil: Anvil;
  client: ChainClient;
  rpcUrl: string;
  registry: Address;
  validatorSet: Address;
  deploymentBlock: number;
}

/** Starts Anvil on its kept state and deploys the contracts where they are not there yet. */
export async function startDevChain({ dataDir, port }: { dataDir: string; port: number }): Promise<DevChain> {
  const anvil = await startAnvil({ port, chainId: devChainId, statePath: join(dataDir, 'chain', 'state.json') });
  try {
    const client = createChainClient({ chainId: devChainId, rpcUrl: anvil.rpcUrl });
    const { registry, validatorSet, deploymentBlock } = await ensureDevDeployment(client, { validators: [] });
    return { anvil, client, rpcUrl: anvil.rpcUrl, registry, validatorSet, deploymentBlock };
  } catch (error) {
    await anvil.stop();
    throw error;
  }
}

/** Gives each account ten ether, which only a development chain can. */
export async function fundAccounts({ rpcUrl }: DevChain, accounts: Address[]): Promise<void> {
  const client = createTestClient({ chain: foundry, mode: 'anvil', transport: http(rpcUrl) });
  await Promise.all(accounts.map((address) => client.setBalance({ address, value: parseEther('10') })));
}

/** Puts a wallet on the owner's list of validators, unless it is there. */
export async function admitValidator({ client, validatorSet }: DevChain, validator: Address): Promise<void> {
  if (await isValidator({ client, validatorSet }, '0', validator)) return;
  const sender = createTxSender({ client, account: devAccount(0) });
  await addValidator({ sender, validatorSet }, { validator });
}
