import { BaseError, RpcRequestError, TransactionReceiptNotFoundError, type Hash, type TransactionReceipt } from 'viem';
import type { ChainClient } from '../clients.ts';
import type { JournalEntry } from './journal.ts';

export type BroadcastOutcome =
  /** The node has it, now or already. */
  | 'accepted'
  /** The nonce is used up: by this transaction, or by another one of the same key. */
  | 'nonce-used'
  /** Another transaction of the same key waits at this nonce. */
  | 'nonce-taken'
  /** The fee is below what the chain asks by now. */
  | 'underpriced'
  /** The nonce is ahead of the chain: an earlier transaction is missing. */
  | 'nonce-gap';

/** Hands the newest signed bytes to the node. Throws when the RPC fails (nobody knows then whether it arrived) or refuses. */
export async function broadcast(client: ChainClient, entry: JournalEntry): Promise<BroadcastOutcome> {
  const [newest] = entry.signed;
  if (!newest) throw new Error('a journal entry without signed bytes');
  try {
    await client.sendRawTransaction({ serializedTransaction: newest.raw });
    return 'accepted';
  } catch (error) {
    const outcome = outcomeOf(error);
    if (outcome) return outcome;
    throw error;
  }
}

/** Nodes agree on these words, not on codes. */
function outcomeOf(error: unknown): BroadcastOutcome | undefined {
  const text = error instanceof BaseError ? `${error.message} ${error.details}`.toLowerCase() : '';
  if (/already known|already imported|known transaction|transaction already (exists|in mempool)/.test(text)) return 'accepted';
  if (/nonce too low|nonce is too low|nonce has already been used|lower than the current nonce/.test(text)) return 'nonce-used';
  if (/replacement transaction underpriced/.test(text)) return 'nonce-taken';
  if (/nonce too high|nonce is too high|higher than the next one expected/.test(text)) return 'nonce-gap';
  if (
    /underpriced|max fee per gas less than block base fee|fee ?cap.*(too low|less than)|less than the (base fee|block base fee)/.test(text)
  )
    return 'underpriced';
  return undefined;
}

/** The receipt of whichever of the entry's transactions was mined, or null. Throws when the RPC fails. */
export async function findReceipt(client: ChainClient, entry: JournalEntry): Promise<TransactionReceipt | null> {
  for (const { hash } of entry.signed) {
    const receipt = await receiptOf(client, hash);
    if (receipt) return receipt;
  }
  return null;
}

async function receiptOf(client: ChainClient, hash: Hash): Promise<TransactionReceipt | null> {
  try {
    return await client.getTransactionReceipt({ hash });
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return null;
    throw error;
  }
}

/** Codes with which nodes refuse a transaction for what it is. Others (overload, an internal failure) leave it open if it arrived. */
const REFUSAL_CODES = new Set([-32000, -32003, -32010, -32602]);

/** Whether the node looked at the transaction and said no. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false;
  const cause = error.walk((candidate) => candidate instanceof RpcRequestError);
  return cause instanceof RpcRequestError && REFUSAL_CODES.has(cause.code);
}
