import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Address, createTestClient, createWalletClient, http, parseEther, publicActions } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { foundry } from 'viem/chains';
import { addressesOf } from '@muster/chain/address-book';
import { deployContracts } from '@muster/chain/deploy/deploy';
import { type Anvil, startAnvil } from '@muster/chain/dev/anvil';
import { validatorSetAbi } from '@muster/chain/generated/validator-set';

export const devChainId = 31337;
/** Anvil's first account: it deploys the contracts and owns the validator set. */
const deployerKey = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
/** Anvil's second account: the development wallet of the dashboard, and the buyer of the demo. */
export const devBuyerKey = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';

export interface DevChain {
  anvil: Anvil;
  rpcUrl: string;
  registry: Address;
  validatorSet: Address;
  deploymentBlock: number;
}

const clientOf = (rpcUrl: string) => createTestClient({ chain: foundry, mode: 'anvil', transport: http(rpcUrl) }).extend(publicActions);

/** Starts Anvil on its kept state and deploys the contracts where they are not there yet. */
export async function startDevChain({ dataDir, port }: { dataDir: string; port: number }): Promise<DevChain> {
  mkdirSync(join(dataDir, 'chain'), { recursive: true });
  const anvil = await startAnvil({ port, chainId: devChainId, statePath: join(dataDir, 'chain', 'state.json') });
  const client = clientOf(anvil.rpcUrl);
  const book = addressesOf(devChainId);
  if (!book) throw new Error(`the address book has no entry for chain ${devChainId}`);
  if (!(await client.getCode({ address: book.registry }))) {
    await deployContracts({ rpcUrl: anvil.rpcUrl, chainId: devChainId, privateKey: deployerKey });
  }
  return { anvil, rpcUrl: anvil.rpcUrl, ...book };
}

/** Gives each account ten ether, which only a development chain can. */
export async function fundAccounts(rpcUrl: string, accounts: Address[]): Promise<void> {
  const client = clientOf(rpcUrl);
  await Promise.all(accounts.map((address) => client.setBalance({ address, value: parseEther('10') })));
}

/** Puts a wallet on the owner's list of validators, unless it is there. */
export async function admitValidator({ rpcUrl, validatorSet }: DevChain, validator: Address): Promise<void> {
  const client = clientOf(rpcUrl);
  const contract = { address: validatorSet, abi: validatorSetAbi } as const;
  if (await client.readContract({ ...contract, functionName: 'isValidator', args: [0n, validator] })) return;
  const wallet = createWalletClient({ account: privateKeyToAccount(deployerKey), chain: foundry, transport: http(rpcUrl) });
  const hash = await wallet.writeContract({ ...contract, functionName: 'addValidator', args: [validator] });
  await client.waitForTransactionReceipt({ hash });
}
