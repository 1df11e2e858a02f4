import { AppError } from '@muster/protocol/errors/app-error';
import { encodeDeployData, getAddress, getContractAddress, type Address, type Hash, type Hex, type LocalAccount } from 'viem';
import type { Addresses } from '../address-book.ts';
import type { ChainClient } from '../clients.ts';
import { insufficientFunds, withChainErrors } from '../errors.ts';
import { computeRegistryAbi, computeRegistryBytecode } from '../generated/compute-registry.ts';
import { validatorSetAbi, validatorSetBytecode } from '../generated/validator-set.ts';

export interface DeployOptions {
  client: ChainClient;
  /** Pays; its next two nonces fix the addresses. */
  account: LocalAccount;
  /** Keeps the list of validators. */
  owner: Address;
  validators: readonly Address[];
  receiptTimeoutMs?: number;
}

export interface Deployment extends Addresses {
  chainId: number;
  transactions: Hash[];
  gasUsed: bigint;
}

/** Deploys a ValidatorSet and then the ComputeRegistry. Throws INSUFFICIENT_GAS_FUNDS, RPC_UNAVAILABLE, TRANSACTION_TIMED_OUT. */
export async function deployContracts(options: DeployOptions): Promise<Deployment> {
  const { client, owner, validators } = options;
  const set = await deploy(options, encodeDeployData({ abi: validatorSetAbi, bytecode: validatorSetBytecode, args: [owner, validators] }));
  const registry = await deploy(options, encodeDeployData({ abi: computeRegistryAbi, bytecode: computeRegistryBytecode }));
  return {
    chainId: client.chain.id,
    registry: registry.address,
    validatorSet: set.address,
    deploymentBlock: registry.block,
    transactions: [set.hash, registry.hash],
    gasUsed: set.gasUsed + registry.gasUsed,
  };
}

async function deploy({ client, account, receiptTimeoutMs = 120_000 }: DeployOptions, data: Hex) {
  return withChainErrors(async () => {
    const nonce = await client.getTransactionCount({ address: account.address, blockTag: 'pending' });
    const [gas, fees, balanceWei] = await Promise.all([
      client.estimateGas({ account: account.address, data }),
      client.estimateFeesPerGas(),
      client.getBalance({ address: account.address }),
    ]);
    const limit = (gas * 12n) / 10n;
    const neededWei = limit * fees.maxFeePerGas;
    const { symbol } = client.chain.nativeCurrency;
    if (balanceWei < neededWei) throw insufficientFunds({ address: account.address, neededWei, balanceWei, symbol });
    const raw = await account.signTransaction({ type: 'eip1559', chainId: client.chain.id, nonce, gas: limit, ...fees, data });
    const hash = await client.sendRawTransaction({ serializedTransaction: raw });
    const receipt = await client.waitForTransactionReceipt({ hash, timeout: receiptTimeoutMs });
    if (receipt.status !== 'success')
      throw new AppError('CONTRACT_REVERTED', { publicMessage: 'The deployment was refused by the chain.', data: { hash } });
    const address = getAddress(receipt.contractAddress ?? getContractAddress({ from: account.address, nonce: BigInt(nonce) }));
    return { address, hash, block: Number(receipt.blockNumber), gasUsed: receipt.gasUsed };
  });
}
