import { AppError } from '@muster/protocol/errors/app-error';
import type { ErrorCode } from '@muster/protocol/errors/codes';
import {
  BaseError,
  ChainMismatchError,
  ContractFunctionRevertedError,
  HttpRequestError,
  InsufficientFundsError,
  SwitchChainError,
  TimeoutError,
  TransactionRejectedRpcError,
  UserRejectedRequestError,
  WaitForTransactionReceiptTimeoutError,
} from 'viem';
import { codeOfRevert } from './revert-codes.ts';

type Kind = { is: (error: unknown) => boolean; code: ErrorCode; message?: string; hint?: string };

/** First match wins; each looks through the whole chain of causes. */
const KINDS: readonly Kind[] = [
  {
    is: (e) => e instanceof UserRejectedRequestError,
    code: 'TRANSACTION_REJECTED',
    message: 'You declined it in your wallet. Nothing was sent.',
    hint: 'Press the button again when you want to go on.',
  },
  { is: (e) => e instanceof InsufficientFundsError, code: 'INSUFFICIENT_GAS_FUNDS' },
  { is: (e) => e instanceof ChainMismatchError || e instanceof SwitchChainError, code: 'WRONG_CHAIN' },
  { is: (e) => e instanceof Error && e.name === 'ConnectorChainMismatchError', code: 'WRONG_CHAIN' },
  { is: (e) => e instanceof WaitForTransactionReceiptTimeoutError, code: 'TRANSACTION_TIMED_OUT' },
  { is: (e) => e instanceof TransactionRejectedRpcError, code: 'TRANSACTION_REJECTED' },
  { is: (e) => e instanceof HttpRequestError || e instanceof TimeoutError, code: 'RPC_UNAVAILABLE' },
];

/** The AppError of an error that viem, wagmi or a wallet threw; undefined for anything else. */
export function fromChainError(error: unknown): AppError | undefined {
  if (!(error instanceof Error)) return undefined;
  const walk = (is: (e: unknown) => boolean): unknown => (error instanceof BaseError ? error.walk(is) : is(error) ? error : null);
  const revert = walk((e) => e instanceof ContractFunctionRevertedError);
  if (revert instanceof ContractFunctionRevertedError) return fromRevert(revert);
  for (const { is, code, message, hint } of KINDS) {
    if (walk(is)) return new AppError(code, { publicMessage: message, hint, cause: error });
  }
  return error instanceof BaseError ? new AppError('TRANSACTION_REJECTED', { publicMessage: error.shortMessage, cause: error }) : undefined;
}

function fromRevert(error: ContractFunctionRevertedError): AppError {
  const name = error.data?.errorName;
  const code = name === undefined ? 'CONTRACT_REVERTED' : codeOfRevert(name);
  const reason = name ?? error.reason ?? 'no reason given';
  const publicMessage = code === 'CONTRACT_REVERTED' ? `The contract refused the call: ${reason}.` : undefined;
  return new AppError(code, { publicMessage, data: { contractError: reason }, cause: error });
}
