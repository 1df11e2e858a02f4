import { AppError } from '@muster/protocol/errors/app-error';
import type { Clock } from '@muster/runtime/clock';
import type { LocalAccount, TransactionReceipt } from 'viem';
import type { ChainClient } from '../clients.ts';
import { toChainError } from '../errors.ts';
import { broadcast, findReceipt, isRefusal } from './broadcast.ts';
import type { JournalEntry, SenderJournal } from './journal.ts';
import { signAgain } from './sign.ts';

export interface DeliverContext {
  client: ChainClient;
  account: LocalAccount;
  journal: SenderJournal;
  clock: Clock;
  /** How long to wait for a receipt before TRANSACTION_TIMED_OUT; the entry stays and is taken up again later. */
  receiptTimeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** Its nonce was used by another transaction: this one can never be mined. */
export const REPLACED = 'replaced';

/** Silence about the receipt that proves the replacement: nodes behind a load balancer are not all equally far. */
const REPLACED_AFTER_MS = 12_000;
/** A node forgets its pool when it restarts. */
const REBROADCAST_EVERY_MS = 10_000;
const FIRST_PAUSE_MS = 20;

/**
 * Gets one signed transaction mined: looks for its receipt, sends the same bytes, waits, sends them again. Survives an RPC
 * that fails for a while. `isFresh` says that these bytes never left this process: then a refusal by the node is final.
 */
export async function deliver(context: DeliverContext, entry: JournalEntry, isFresh: boolean): Promise<TransactionReceipt | typeof REPLACED> {
  const { client, clock, signal } = context;
  const deadline = clock.now() + context.receiptTimeoutMs;
  let sentAt: number | undefined;
  let usedSince: number | undefined;
  let failure: unknown;
  let current = entry;
  let mayDrop = isFresh;
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const receipt = await findReceipt(client, current);
      if (receipt) return receipt;
      if (sentAt === undefined || clock.now() - sentAt > REBROADCAST_EVERY_MS) {
        const outcome = await broadcast(client, current);
        sentAt = clock.now();
        if (outcome === 'nonce-taken' && mayDrop) return REPLACED;
        if (outcome === 'underpriced') {
          current = await raiseFee(context, current);
          sentAt = undefined;
        }
        mayDrop = false;
      }
      usedSince = (await isNonceUsed(context, current)) ? (usedSince ?? clock.now()) : undefined;
      failure = undefined;
    } catch (error) {
      if (isRefusal(error) && sentAt === undefined) throw await refusalOf(context, current, { error, mayDrop });
      // Perhaps it arrived: these bytes must stay in the journal.
      mayDrop = false;
      failure = error;
    }
    if (usedSince !== undefined && clock.now() - usedSince > REPLACED_AFTER_MS) return REPLACED;
    if (clock.now() > deadline) throw timedOut(current, failure);
    // Short at first: a dev chain mines at once.
    pauseMs = Math.min(client.pollingInterval, pauseMs * 2);
    await clock.sleep(pauseMs, signal);
  }
}

async function isNonceUsed({ client, account }: DeliverContext, entry: JournalEntry): Promise<boolean> {
  return (await client.getTransactionCount({ address: account.address, blockTag: 'latest' })) > entry.nonce;
}

async function raiseFee({ client, account, journal }: DeliverContext, entry: JournalEntry): Promise<JournalEntry> {
  const raised = { ...entry, signed: [await signAgain(client, account, entry), ...entry.signed] };
  await journal.put(raised);
  return raised;
}

async function refusalOf(context: DeliverContext, entry: JournalEntry, { error, mayDrop }: { error: unknown; mayDrop: boolean }): Promise<AppError> {
  if (mayDrop) await context.journal.remove(entry.key);
  const { code, data } = toChainError(error);
  const { address } = context.account;
  if (code === 'INSUFFICIENT_GAS_FUNDS') return new AppError(code, { hint: `Send more of the native coin to ${address} and try again.`, data: { address }, cause: error });
  return new AppError(code === 'RPC_UNAVAILABLE' ? 'TRANSACTION_REJECTED' : code, { data, cause: error });
}

function timedOut(entry: JournalEntry, failure: unknown): AppError {
  const data = { hash: entry.signed[0]?.hash, nonce: entry.nonce };
  if (failure !== undefined) return new AppError('RPC_UNAVAILABLE', { data, cause: failure });
  return new AppError('TRANSACTION_TIMED_OUT', { data });
}
