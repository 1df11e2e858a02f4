'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { createRun, runIdOf, type NewRun } from '../../../lib/chain/create-run.ts';
import { useTransaction } from '../../../lib/chain/use-transaction.ts';
import { hasCode, isRetryable } from '../../../lib/errors/user-error.ts';
import { notifyError } from '../../../lib/notify.ts';
import { useTRPC } from '../../../lib/trpc/client.ts';

/** The follower reads a new block within a second or two on the dev chain; elsewhere finality may take longer. */
const MIRROR_ATTEMPTS = 120;

/** Publishes a run by the wallet, waits until the server has read it from the chain, then goes to its page. */
export function usePublishRun() {
  const transaction = useTransaction();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const [runId, setRunId] = useState<string | null>(null);

  const publish = async (run: NewRun): Promise<void> => {
    const receipt = await transaction.send((config) => createRun(config, run));
    const created = receipt && runIdOf(receipt);
    if (!created) return;
    setRunId(created);
    try {
      await queryClient.fetchQuery(
        trpc.run.get.queryOptions(
          { runId: created },
          {
            retry: (failures, error) =>
              failures < MIRROR_ATTEMPTS && (hasCode(error, 'RUN_UNKNOWN', 'NOT_FOUND', 'NOT_RUN_OWNER') || isRetryable(error)),
            retryDelay: 1_000,
            staleTime: 0,
          },
        ),
      );
    } catch (error) {
      notifyError(error);
    }
    void queryClient.invalidateQueries(trpc.run.list.pathFilter());
    router.push(`/runs/${created}`);
  };

  return { ...transaction, runId, publish };
}
