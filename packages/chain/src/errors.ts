import { AppError } from '@muster/protocol/errors/app-error';
import {
  BaseError,
  ChainMismatchError,
  ContractFunctionZeroDataError,
  formatEther,
  HttpRequestError,
  InsufficientFundsError,
  isHex,
  LimitExceededRpcError,
  size,
  SocketClosedError,
  TimeoutError,
  UserRejectedRequestError,
  WebSocketRequestError,
  type Address,
  type Hex,
} from 'viem';
import { translateRevert } from './contract-errors.ts';

/** Any failure of a chain call as an AppError with a code. Errors that are AppErrors already pass unchanged. */
export function toChainError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const data = revertDataOf(error);
  const refusal = data ? translateRevert(data) : undefined;
  if (refusal) return new AppError(refusal.code, { ...refusal, cause: error });
  if (find(error, ContractFunctionZeroDataError)) return new AppError('WRONG_REGISTRY', { cause: error });
  if (find(error, InsufficientFundsError)) return new AppError('INSUFFICIENT_GAS_FUNDS', { cause: error });
  if (find(error, UserRejectedRequestError))
    return new AppError('TRANSACTION_REJECTED', { publicMessage: 'The transaction was declined in the wallet.', cause: error });
  if (find(error, ChainMismatchError)) return new AppError('WRONG_CHAIN', { cause: error });
  if (isUnavailable(error)) return rpcUnavailable(error);
  if (isRevert(error)) return new AppError('CONTRACT_REVERTED', { cause: error });
  // Whatever else a node says (a method it lacks, an internal failure): it is the RPC that does not serve us.
  return error instanceof BaseError ? rpcUnavailable(error) : new AppError('INTERNAL', { cause: error });
}

/** Runs a chain call and throws nothing but AppErrors. */
export async function withChainErrors<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toChainError(error);
  }
}

/** Whether trying again later may help: the RPC is down, overloaded or behind. */
export const isRpcUnavailable = (error: unknown): boolean => AppError.is(toChainError(error), 'RPC_UNAVAILABLE');

/** `reason` in its data is text of our own or viem's: what the RPC itself said stays in `cause`. */
export function rpcUnavailable(cause: unknown, ownReason?: string): AppError {
  const reason = ownReason ?? (cause instanceof BaseError ? cause.shortMessage.split('\n')[0] : undefined);
  return new AppError('RPC_UNAVAILABLE', { ...(reason ? { data: { reason } } : {}), cause });
}

/** Names who must be funded, with how much. Amounts are in wei. */
export function insufficientFunds(amounts: { address: Address; neededWei: bigint; balanceWei: bigint; symbol: string }): AppError {
  const { address, neededWei, balanceWei, symbol } = amounts;
  const missingWei = neededWei - balanceWei;
  return new AppError('INSUFFICIENT_GAS_FUNDS', {
    publicMessage: `${address} has ${formatEther(balanceWei)} ${symbol}, and this transaction may cost up to ${formatEther(neededWei)} ${symbol}.`,
    hint: `Send at least ${formatEther(missingWei)} ${symbol} to ${address} and try again.`,
    data: { address, neededWei: neededWei.toString(), balanceWei: balanceWei.toString() },
  });
}

function isUnavailable(error: unknown): boolean {
  return [HttpRequestError, WebSocketRequestError, SocketClosedError, TimeoutError, LimitExceededRpcError].some((kind) =>
    find(error, kind),
  );
}

function isRevert(error: unknown): boolean {
  return causesOf(error).some((cause) => cause instanceof Error && /revert/i.test(cause.message));
}

function find(error: unknown, kind: abstract new (...args: never[]) => Error): boolean {
  return causesOf(error).some((cause) => cause instanceof kind);
}

/** The revert's bytes, which nodes put at different depths: `data`, `data.data`, or in a cause's. */
function revertDataOf(error: unknown): Hex | undefined {
  for (const cause of causesOf(error)) {
    for (const holder of [cause, property(cause, 'data')]) {
      for (const key of ['data', 'raw']) {
        const data = property(holder, key);
        if (isHex(data) && size(data) >= 4) return data;
      }
    }
  }
  return undefined;
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let cause = error; cause !== undefined && cause !== null && causes.length < 10; cause = property(cause, 'cause')) causes.push(cause);
  return causes;
}
