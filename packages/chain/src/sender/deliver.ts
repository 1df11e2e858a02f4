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
  /** How long a used nonce without a receipt proves a replacement: nodes behind a load balancer are not all equally far. */
  replacedAfterMs: number;
  signal?: AbortSignal | undefined;
}

/** Its nonce was used by another transaction: this one can never be mined. */
export const REPLACED = 'replaced';

/** A node forgets its pool when it restarts. */
const REBROADCAST_EVERY_MS = 10_000;
const FIRST_PAUSE_MS = 20;

/**
 * Gets one signed transaction mined: looks for its receipt, sends the same bytes, waits, sends them again. Survives an RPC
 * that fails for a while. `isFresh` says that these bytes never left this process: then a refusal by the node is final.
 */
export async function deliver(
  context: DeliverContext,
  entry: JournalEntry,
  isFresh: boolean,
): Promise<TransactionReceipt | typeof REPLACED> {
  const { client, clock, signal } = context;
  const deadline = clock.now() + context.receiptTimeoutMs;
  const attempt: Attempt = { entry, mayDrop: isFresh, sentAt: undefined };
  let usedSince: number | undefined;
  let failure: unknown;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(client.pollingInterval, pauseMs * 2)) {
    signal?.throwIfAborted();
    try {
      const receipt = await findReceipt(client, attempt.entry);
      if (receipt) return receipt;
      if ((await ensureSent(context, attempt)) === REPLACED) return REPLACED;
      usedSince = (await isNonceUsed(context, attempt.entry)) ? (usedSince ?? clock.now()) : undefined;
      failure = undefined;
    } catch (error) {
      if (error instanceof AppError) throw error;
      failure = error;
    }
    if (usedSince !== undefined && clock.now() - usedSince > context.replacedAfterMs) return REPLACED;
    if (clock.now() > deadline) throw timedOut(attempt.entry, failure);
    await clock.sleep(pauseMs, signal);
  }
}

interface Attempt {
  entry: JournalEntry;
  /** The bytes never left this process, so a refusal means that they never will be mined. */
  mayDrop: boolean;
  sentAt: number | undefined;
}

/** Broadcasts unless that was done lately. Throws an AppError when the node refuses, anything else when nobody knows. */
async function ensureSent(context: DeliverContext, attempt: Attempt): Promise<typeof REPLACED | undefined> {
  const { client, clock } = context;
  if (attempt.sentAt !== undefined && clock.now() - attempt.sentAt <= REBROADCAST_EVERY_MS) return undefined;
  const { mayDrop } = attempt;
  attempt.mayDrop = false;
  try {
    const outcome = await broadcast(client, attempt.entry);
    attempt.sentAt = clock.now();
    if (outcome === 'nonce-taken' && mayDrop) return REPLACED;
    if (outcome === 'underpriced') {
      attempt.entry = await raiseFee(context, attempt.entry);
      attempt.sentAt = undefined;
    }
    return undefined;
  } catch (error) {
    if (isRefusal(error)) throw await refusalOf(context, attempt.entry, { error, mayDrop });
    throw error;
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

async function refusalOf(
  context: DeliverContext,
  entry: JournalEntry,
  { error, mayDrop }: { error: unknown; mayDrop: boolean },
): Promise<AppError> {
  if (mayDrop) await context.journal.remove(entry.key);
  const { code, data } = toChainError(error);
  const { address } = context.account;
  if (code === 'INSUFFICIENT_GAS_FUNDS')
    return new AppError(code, { hint: `Send more of the native coin to ${address} and try again.`, data: { address }, cause: error });
  return new AppError(code === 'RPC_UNAVAILABLE' ? 'TRANSACTION_REJECTED' : code, { data, cause: error });
}

function timedOut(entry: JournalEntry, failure: unknown): AppError {
  const data = { hash: entry.signed[0]?.hash, nonce: entry.nonce };
  if (failure !== undefined) return new AppError('RPC_UNAVAILABLE', { data, cause: failure });
  return new AppError('TRANSACTION_TIMED_OUT', { data });
}
