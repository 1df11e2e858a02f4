import { AppError } from '@muster/protocol/errors/app-error';
import { loadKey } from '@muster/runtime/key-file';
import { encodeDeployData, formatEther, type LocalAccount } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { createChainClient, type ChainClient } from '../clients.ts';
import { withChainErrors } from '../errors.ts';
import { computeRegistryAbi, computeRegistryBytecode } from '../generated/compute-registry.ts';
import { validatorSetAbi, validatorSetBytecode } from '../generated/validator-set.ts';
import { deployContracts, type DeployOptions } from './deploy.ts';
import type { DeployArguments } from './deploy-options.ts';
import { writeAddressBook } from './write-address-book.ts';

/** The deploy command behind its arguments; `say` gets one line per step. */
export async function runDeploy(args: DeployArguments, say: (line: string) => void): Promise<void> {
  const { privateKey } = await loadKey({ name: 'deployer key', file: args['key-file'] });
  const account = privateKeyToAccount(privateKey);
  const client = createChainClient({ chainId: args.chain, rpcUrl: args.rpc });
  await requireChain(client);
  const options: DeployOptions = { client, account, owner: args.owner ?? account.address, validators: args.validator };
  say(`chain ${client.chain.name} (${args.chain}), from ${account.address}`);
  if (args['dry-run']) return say(await estimate(options));
  const { registry, validatorSet, deploymentBlock, gasUsed, chainId } = await deployContracts(options);
  say(`ValidatorSet    ${validatorSet}`);
  say(`ComputeRegistry ${registry}, block ${deploymentBlock}, ${gasUsed} gas in all`);
  say(`wrote ${await writeAddressBook({ chainId, registry, validatorSet, deploymentBlock }, args.book)}: commit it`);
}

async function requireChain(client: ChainClient): Promise<void> {
  const found = await withChainErrors(() => client.getChainId());
  if (found === client.chain.id) return;
  throw new AppError('WRONG_CHAIN', { publicMessage: `The RPC is on chain ${found}, not on ${client.chain.id} (${client.chain.name}).` });
}

async function estimate({ client, account, owner, validators }: DeployOptions): Promise<string> {
  return withChainErrors(async () => {
    const [set, registry, fees, balanceWei] = await Promise.all([
      gasOf(client, account, encodeDeployData({ abi: validatorSetAbi, bytecode: validatorSetBytecode, args: [owner, validators] })),
      gasOf(client, account, encodeDeployData({ abi: computeRegistryAbi, bytecode: computeRegistryBytecode })),
      client.estimateFeesPerGas(),
      client.getBalance({ address: account.address }),
    ]);
    const costWei = (set + registry) * fees.maxFeePerGas;
    const { symbol } = client.chain.nativeCurrency;
    const verdict = balanceWei >= costWei ? 'enough' : 'NOT enough';
    return `dry run: ValidatorSet ${set} gas, ComputeRegistry ${registry} gas, up to ${formatEther(costWei)} ${symbol}; the account has ${formatEther(balanceWei)} ${symbol}, ${verdict}. Nothing was sent.`;
  });
}

const gasOf = (client: ChainClient, account: LocalAccount, data: `0x${string}`): Promise<bigint> =>
  client.estimateGas({ account: account.address, data });
