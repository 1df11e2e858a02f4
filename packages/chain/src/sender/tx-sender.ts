import { randomUUID } from 'node:crypto';
import { AppError } from '@muster/protocol/errors/app-error';
import { systemClock, type Clock } from '@muster/runtime/clock';
import { getAddress, type Address, type Hash, type LocalAccount, type TransactionReceipt } from 'viem';
import type { ChainClient } from '../clients.ts';
import { toChainError } from '../errors.ts';
import { networkOf } from '../networks.ts';
import { deliver, REPLACED, type DeliverContext } from './deliver.ts';
import { createMemoryJournal, type JournalEntry, type Mined, type SenderJournal } from './journal.ts';
import { createSerialQueue } from './serial-queue.ts';
import { prepare, sign, type TxRequest } from './sign.ts';

export type { TxRequest } from './sign.ts';

export interface SentTransaction {
  hash: Hash;
  receipt: Pick<Mined, 'blockNumber' | 'blockHash' | 'logs'>;
}

export interface TxSender {
  address: Address;
  /**
   * Sends a call and waits until it is mined with success. Throws AppError: the contract's refusal (found by simulation,
   * before anything is signed), INSUFFICIENT_GAS_FUNDS, RPC_UNAVAILABLE, TRANSACTION_TIMED_OUT, TRANSACTION_REJECTED.
   */
  send(request: TxRequest): Promise<SentTransaction>;
  /** Finishes what an earlier process left half-done; `send` does so too. */
  resume(): Promise<void>;
}

export interface TxSenderOptions {
  client: ChainClient;
  account: LocalAccount;
  /** In memory when absent: then a crash forgets what was sent. */
  journal?: SenderJournal;
  clock?: Clock;
  receiptTimeoutMs?: number;
  signal?: AbortSignal;
}

/**
 * The one owner of a key: transactions go out one after the other. Each is noted, signed, in the journal before it is
 * broadcast, so a crash at any point ends in the same transaction being mined once.
 */
export function createTxSender(options: TxSenderOptions): TxSender {
  const { client, account, journal = createMemoryJournal(), clock = systemClock, receiptTimeoutMs = 120_000, signal } = options;
  const replacedAfterMs = networkOf(client.chain.id).isDev ? 1000 : 15_000;
  const context: DeliverContext = { client, account, journal, clock, receiptTimeoutMs, replacedAfterMs, signal };
  const enqueue = createSerialQueue();
  const { id: chainId } = client.chain;
  let genesis: Promise<Hash> | undefined;

  function genesisHash(): Promise<Hash> {
    genesis ??= client.getBlock({ blockNumber: 0n }).then(({ hash }) => hash);
    genesis.catch(() => (genesis = undefined));
    return genesis;
  }

  const isOurs = (entry: JournalEntry): boolean => entry.chainId === chainId && entry.from === getAddress(account.address);

  /** Entries of this key on this very chain; those of a chain that is no more are dropped. */
  async function entries(): Promise<JournalEntry[]> {
    const current = await genesisHash();
    const ours = (await journal.list()).filter(isOurs);
    for (const { key } of ours.filter((entry) => entry.genesis !== current)) await journal.remove(key);
    return ours.filter((entry) => entry.genesis === current).toSorted((a, b) => a.nonce - b.nonce);
  }

  /** A settled entry whose nonce the chain has not used was taken back by a reorg: it is sent again, as the pending ones. */
  async function finishOutstanding(): Promise<void> {
    const mine = await entries();
    if (mine.length === 0) return;
    const used = await client.getTransactionCount({ address: account.address, blockTag: 'latest' });
    for (const entry of mine.filter(({ mined, nonce }) => mined === null || nonce >= used)) await finish(entry, false);
  }

  /** Null when the transaction can never be mined, or was mined and failed: the intention is open again. */
  async function finish(entry: JournalEntry, isFresh: boolean): Promise<{ mined: Mined | null; receipt: TransactionReceipt | null }> {
    const receipt = await deliver(context, entry, isFresh);
    if (receipt === REPLACED || receipt.status === 'reverted') {
      await journal.remove(entry.key);
      return { mined: null, receipt: receipt === REPLACED ? null : receipt };
    }
    const mined = minedOf(receipt);
    const latest = (await journal.list()).find(({ key }) => key === entry.key) ?? entry;
    await journal.put({ ...latest, mined });
    return { mined, receipt };
  }

  /** The effect that an earlier request with this key had, if it is still on the chain. */
  async function earlierEffect(key: string): Promise<SentTransaction | null> {
    const entry = (await entries()).find((candidate) => candidate.key === key);
    if (!entry?.mined) return null;
    const block = await client.getBlock({ blockNumber: BigInt(entry.mined.blockNumber) });
    if (block.hash === entry.mined.blockHash) return sentOf(entry.mined);
    const { mined } = await finish(entry, false);
    return mined && sentOf(mined);
  }

  async function sendOnce(request: TxRequest): Promise<SentTransaction> {
    await finishOutstanding();
    const earlier = request.key === undefined ? null : await earlierEffect(request.key);
    if (earlier) return earlier;
    for (let attempt = 1; attempt <= 5; attempt++) {
      const terms = await prepare(client, account.address, request);
      const nonce = await client.getTransactionCount({ address: account.address, blockTag: 'pending' });
      const signed = await sign(account, chainId, request, { ...terms, nonce });
      const entry: JournalEntry = {
        key: request.key ?? randomUUID(),
        chainId,
        genesis: await genesisHash(),
        from: getAddress(account.address),
        nonce,
        signed: [signed],
        signedAt: clock.now(),
        mined: null,
      };
      await journal.put(entry);
      const { mined, receipt } = await finish(entry, true);
      if (mined) return sentOf(mined);
      if (receipt) throw await revertOf(client, account.address, request, receipt);
      // Another program uses this key and took the nonce; ours can never be mined, so a new one is no repetition.
    }
    throw new AppError('CONFLICT', {
      publicMessage: `Another program keeps sending transactions from ${account.address}.`,
      hint: 'One program at a time may send from a key: stop the other one, or give it its own key.',
    });
  }

  async function guarded<T>(job: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await job();
    } catch (error) {
      signal?.throwIfAborted();
      throw toChainError(error);
    }
  }

  return {
    address: getAddress(account.address),
    send: (request) => enqueue(() => guarded(() => sendOnce(request))),
    resume: () => enqueue(() => guarded(finishOutstanding)),
  };
}

function minedOf({ transactionHash, blockNumber, blockHash, logs }: TransactionReceipt): Mined {
  const kept = logs.map(({ address, topics, data }) => ({ address: getAddress(address), topics: [...topics], data }));
  return { hash: transactionHash, blockNumber: Number(blockNumber), blockHash, logs: kept };
}

const sentOf = ({ hash, ...receipt }: Mined): SentTransaction => ({ hash, receipt });

/** Mined but refused: the state changed between simulation and block. The call is repeated there for the reason. */
async function revertOf(client: ChainClient, from: Address, request: TxRequest, receipt: TransactionReceipt): Promise<AppError> {
  const { to, data, valueWei = 0n } = request;
  const { transactionHash: hash, blockNumber } = receipt;
  try {
    await client.call({ account: from, to, data, value: valueWei, blockNumber });
  } catch (error) {
    const translated = toChainError(error);
    if (translated.code !== 'RPC_UNAVAILABLE')
      return new AppError(translated.code, { ...pick(translated), data: { ...translated.data, hash }, cause: error });
  }
  return new AppError('CONTRACT_REVERTED', { data: { hash } });
}

const pick = ({ publicMessage, hint }: AppError) => ({ publicMessage, hint });
