import { join } from 'node:path';
import { createChainClient, type ChainClient } from '@muster/chain/clients';
import { withChainErrors } from '@muster/chain/errors';
import { AppError } from '@muster/protocol/errors/app-error';
import { createSigner } from '@muster/protocol/crypto/signer';
import { loadKey, type KeySource } from '@muster/runtime/key-file';
import { formatEther, type Address } from 'viem';
import type { Config } from '../config.ts';
import { print, printJson } from './print.ts';

interface WalletLine {
  name: string;
  address: Address;
  created: boolean;
}

/** Makes what is missing and never prints a key: the file is the only place that has it. */
export async function walletCreateCommand(config: Config, { withProvider = false }: { withProvider?: boolean }): Promise<void> {
  const lines = [await open(config.nodeKey, true)];
  if (withProvider)
    lines.push(await open(config.providerKey ?? { name: 'provider key', file: join(config.dataDir, 'provider.key') }, true));
  for (const { name, address, created } of lines) print(`${name.padEnd(14)} ${address}  ${created ? 'created' : 'was there already'}`);
}

export async function walletShowCommand(config: Config, { json = false }: { json?: boolean }): Promise<void> {
  const sources = [config.nodeKey, ...(config.providerKey ? [config.providerKey] : [])];
  const lines = await Promise.all(sources.map((source) => open(source, false)));
  const client = createChainClient({ chainId: config.network.chainId, rpcUrl: config.rpcUrl });
  const wallets = await Promise.all(
    lines.map(async ({ name, address }) => ({
      name,
      address,
      balanceWei: await balanceOf(client, address),
    })),
  );
  if (json) return printJson(wallets);
  const { symbol } = config.network.chain.nativeCurrency;
  for (const { name, address, balanceWei } of wallets) {
    const balance = balanceWei === null ? 'balance unknown: the chain does not answer' : `${formatEther(BigInt(balanceWei))} ${symbol}`;
    print(`${name.padEnd(14)} ${address}  ${balance}`);
  }
}

/** Null when the chain does not answer: the address is asked for more often than the balance. */
async function balanceOf(client: ChainClient, address: Address): Promise<string | null> {
  try {
    return (await withChainErrors(() => client.getBalance({ address }))).toString();
  } catch (error) {
    if (AppError.is(error, 'RPC_UNAVAILABLE')) return null;
    throw error;
  }
}

async function open(source: KeySource, createIfMissing: boolean): Promise<WalletLine> {
  const { privateKey, created } = await loadKey({ ...source, createIfMissing });
  return { name: source.name, address: createSigner(privateKey).address, created };
}
