'use client';
import { AppError } from '@muster/protocol/errors/app-error';
import { useCallback, useState } from 'react';
import type { Hash, TransactionReceipt } from 'viem';
import { waitForTransactionReceipt } from 'viem/actions';
import { useConfig, type Config } from 'wagmi';
import { getConnection, switchChain } from 'wagmi/actions';
import { toUserError, type UserError } from '../errors/user-error.ts';

/** The life of one transaction as its sender sees it. */
export type TransactionState =
  | { phase: 'idle' }
  | { phase: 'signing' }
  | { phase: 'pending'; hash: Hash }
  | { phase: 'confirmed'; hash: Hash }
  | { phase: 'failed'; error: UserError; hash: Hash | null };

/** Sends a call from the connected wallet, on the server's chain. */
export type SendCall = (config: Config) => Promise<Hash>;

/** Three minutes: long enough for a slow block, short enough to say something. */
const RECEIPT_TIMEOUT_MS = 180_000;

export function useTransaction() {
  const config = useConfig();
  const [state, setState] = useState<TransactionState>({ phase: 'idle' });

  /** The receipt, or null after a failure (which `state` tells). */
  const send = useCallback(
    async (call: SendCall): Promise<TransactionReceipt | null> => {
      let hash: Hash | null = null;
      try {
        setState({ phase: 'signing' });
        await ensureChain(config);
        hash = await call(config);
        setState({ phase: 'pending', hash });
        const client = config.getClient();
        const receipt = await waitForTransactionReceipt(client, { hash, timeout: RECEIPT_TIMEOUT_MS });
        // A wallet may have sped the transaction up under another hash.
        hash = receipt.transactionHash;
        if (receipt.status === 'reverted')
          throw new AppError('CONTRACT_REVERTED', { publicMessage: 'The transaction was mined, and the contract refused it.' });
        setState({ phase: 'confirmed', hash });
        return receipt;
      } catch (error) {
        setState({ phase: 'failed', error: toUserError(error), hash });
        return null;
      }
    },
    [config],
  );

  const reset = useCallback(() => setState({ phase: 'idle' }), []);
  return { state, send, reset, busy: state.phase === 'signing' || state.phase === 'pending' };
}

async function ensureChain(config: Config): Promise<void> {
  const { address, chainId } = getConnection(config);
  if (!address)
    throw new AppError('TRANSACTION_REJECTED', {
      publicMessage: 'No wallet is connected.',
      hint: 'Connect the wallet that should send it.',
    });
  const wanted = config.chains[0].id;
  if (chainId !== wanted) await switchChain(config, { chainId: wanted });
}
