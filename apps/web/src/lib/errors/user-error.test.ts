import { computeRegistryAbi } from '@muster/chain/generated/compute-registry';
import { AppError } from '@muster/protocol/errors/app-error';
import { TRPCClientError } from '@trpc/client';
import {
  BaseError,
  ContractFunctionExecutionError,
  ContractFunctionRevertedError,
  encodeErrorResult,
  HttpRequestError,
  InsufficientFundsError,
  UserRejectedRequestError,
} from 'viem';
import { describe, expect, it } from 'vitest';
import { hasCode, isRetryable, toUserError } from './user-error.ts';

const fromServer = (app: AppError) =>
  TRPCClientError.from({ error: { message: app.publicMessage, code: -32000, data: { code: 'NOT_FOUND', app: app.toWire() } } });

const reverted = (data: `0x${string}`) => {
  const cause = new ContractFunctionRevertedError({ abi: computeRegistryAbi, data, functionName: 'closeRun' });
  return new ContractFunctionExecutionError(cause, { abi: computeRegistryAbi, functionName: 'closeRun', args: [1n] });
};

describe('errors in words', () => {
  it('keeps the code, message and hint that the server sent', () => {
    const sent = new AppError('TASK_SPEC_INVALID', { publicMessage: 'Task spec, image: required.', hint: 'Add it.', data: { issues: [] } });
    expect(toUserError(fromServer(sent))).toEqual({
      code: 'TASK_SPEC_INVALID',
      message: 'Task spec, image: required.',
      hint: 'Add it.',
      data: { issues: [] },
    });
  });

  it('names a custom error of the contract by our code', () => {
    const data = encodeErrorResult({
      abi: computeRegistryAbi,
      errorName: 'NotRunOwner',
      args: [1n, '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'],
    });
    expect(toUserError(reverted(data))).toMatchObject({ code: 'NOT_RUN_OWNER', data: { contractError: 'NotRunOwner' } });
  });

  it('names a custom error without a code of ours as it is', () => {
    const data = encodeErrorResult({ abi: computeRegistryAbi, errorName: 'ZeroMaster' });
    expect(toUserError(reverted(data))).toMatchObject({ code: 'CONTRACT_REVERTED', message: expect.stringContaining('ZeroMaster') });
  });

  it.each([
    ['a refusal in the wallet', new BaseError('send', { cause: new UserRejectedRequestError(new Error('no')) }), 'TRANSACTION_REJECTED'],
    ['too little gas money', new BaseError('send', { cause: new InsufficientFundsError() }), 'INSUFFICIENT_GAS_FUNDS'],
    ['an RPC that does not answer', new HttpRequestError({ url: 'http://127.0.0.1:1' }), 'RPC_UNAVAILABLE'],
    ['a server that does not answer', TRPCClientError.from(new TypeError('Failed to fetch')), 'UNAVAILABLE'],
    [
      'a proxy that lost its server',
      TRPCClientError.from(new SyntaxError('Unexpected token \'<\', "<html>" is not valid JSON')),
      'UNAVAILABLE',
    ],
  ])('tells %s', (_name, error, code) => {
    expect(toUserError(error)).toMatchObject({ code });
  });

  it('shows what it does not know without a code, and not at length', () => {
    const { code, message } = toUserError(new Error('x'.repeat(2000)));
    expect(code).toBeNull();
    expect(message).toHaveLength(300);
  });

  it('asks again only where that may help', () => {
    expect(isRetryable(TRPCClientError.from(new TypeError('Failed to fetch')))).toBe(true);
    expect(isRetryable(fromServer(new AppError('RUN_UNKNOWN')))).toBe(false);
    expect(hasCode(fromServer(new AppError('RUN_UNKNOWN')), 'NOT_FOUND', 'RUN_UNKNOWN')).toBe(true);
  });
});
