import { AppError } from '@muster/protocol/errors/app-error';
import { keccak256, parseTransaction, type Address, type Hex, type LocalAccount } from 'viem';
import type { ChainClient } from '../clients.ts';
import { insufficientFunds, toChainError } from '../errors.ts';
import type { JournalEntry } from './journal.ts';

export interface TxRequest {
  to: Address;
  data: Hex;
  valueWei?: bigint;
  /** Names the intention; a repeated key answers with the first effect instead of a second one. Absent: always a new one. */
  key?: string;
}

interface Terms {
  nonce: number;
  gas: bigint;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}

type Signed = JournalEntry['signed'][number];

/** Simulates the call and settles gas and fee. Throws the contract's refusal, or who lacks how much. */
export async function prepare(client: ChainClient, from: Address, request: TxRequest): Promise<Omit<Terms, 'nonce'>> {
  const { to, data, valueWei = 0n } = request;
  try {
    const [code, gas, fees] = await Promise.all([
      client.getCode({ address: to }),
      client.estimateGas({ account: from, to, data, value: valueWei }),
      client.estimateFeesPerGas(),
    ]);
    // A call to an address without a contract succeeds and does nothing.
    if (data !== '0x' && code === undefined)
      throw new AppError('WRONG_REGISTRY', { publicMessage: `There is no contract at ${to}.`, data: { address: to } });
    const terms = { ...fees, gas: (gas * 12n) / 10n };
    await requireFunds(client, from, valueWei + terms.gas * terms.maxFeePerGas);
    return terms;
  } catch (error) {
    const translated = toChainError(error);
    // The node knows that the money is short, but not by how much.
    if (translated.code === 'INSUFFICIENT_GAS_FUNDS' && translated !== error) await requireFunds(client, from, valueWei + 1n);
    throw translated;
  }
}

async function requireFunds(client: ChainClient, address: Address, neededWei: bigint): Promise<void> {
  const balanceWei = await client.getBalance({ address });
  if (balanceWei < neededWei) throw insufficientFunds({ address, neededWei, balanceWei, symbol: client.chain.nativeCurrency.symbol });
}

export async function sign(account: LocalAccount, chainId: number, request: TxRequest, terms: Terms): Promise<Signed> {
  const { to, data, valueWei = 0n } = request;
  const raw = await account.signTransaction({ type: 'eip1559', chainId, to, data, value: valueWei, ...terms });
  return { hash: keccak256(raw), raw };
}

/** The same call at the same nonce for a higher fee; so only one of the two can ever be mined. */
export async function signAgain(client: ChainClient, account: LocalAccount, entry: JournalEntry): Promise<Signed> {
  const [newest] = entry.signed;
  if (!newest) throw new Error('a journal entry without signed bytes');
  const { to, data = '0x', value = 0n, gas, maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = parseTransaction(newest.raw);
  if (!to || gas === undefined) throw new Error('a journal entry that is no call');
  const fees = await client.estimateFeesPerGas();
  // Nodes want a replacement to pay at least a tenth more.
  const raise = (old: bigint, now: bigint): bigint => (now > (old * 5n) / 4n ? now : (old * 5n) / 4n + 1n);
  return sign(
    account,
    entry.chainId,
    { to, data, valueWei: value },
    {
      nonce: entry.nonce,
      gas,
      maxFeePerGas: raise(maxFeePerGas, fees.maxFeePerGas),
      maxPriorityFeePerGas: raise(maxPriorityFeePerGas, fees.maxPriorityFeePerGas),
    },
  );
}
