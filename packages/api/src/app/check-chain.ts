import { checkDeployment } from '@muster/chain/actions/check-deployment';
import type { ChainClient } from '@muster/chain/clients';
import { rpcUnavailable } from '@muster/chain/errors';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Logger } from '@muster/runtime/logger';
import { retry } from '@muster/runtime/retry';
import { within } from '@muster/runtime/within';
import type { Address } from 'viem';

export type ChainCheck = {
  /** What is wrong with the chain behind the RPC, found after a start without one; null while nothing is known to be. */
  error(): AppError | null;
  done: Promise<void>;
};

/** A start waits no longer than this for an RPC that keeps silent. */
const FIRST_LOOK_MS = 3_000;

type CheckOptions = { client: ChainClient; registry: Address; signal: AbortSignal; logger: Logger };

/**
 * Refuses to start on the wrong chain or without the contract (throws WRONG_CHAIN, WRONG_REGISTRY). An RPC that does not answer is no
 * reason not to start: the look is repeated until it answers.
 */
export async function checkChain(options: CheckOptions): Promise<ChainCheck> {
  const { signal, logger } = options;
  let found: AppError | null = null;
  try {
    if (!(await within(FIRST_LOOK_MS, checkDeployment(options)))) throw rpcUnavailable(undefined, `no answer within ${FIRST_LOOK_MS} ms`);
    return { error: () => null, done: Promise.resolve() };
  } catch (error) {
    if (!AppError.is(error, 'RPC_UNAVAILABLE')) throw error;
    found = error;
    logger.warn(
      { event: 'chain.unavailable', code: error.code, err: error },
      `${error.publicMessage} Starting all the same; work resumes when it answers.`,
    );
  }
  const again = async (): Promise<void> => {
    await retry(() => checkDeployment(options), {
      signal,
      baseMs: 1_000,
      maxMs: 15_000,
      retryable: (error) => AppError.is(error, 'RPC_UNAVAILABLE'),
    });
    found = null;
  };
  const done = again().catch((error: unknown) => {
    if (signal.aborted || !AppError.is(error)) return;
    found = error;
    logger.error({ event: 'chain.wrong', code: error.code }, error.publicMessage);
  });
  return { error: () => found, done };
}
