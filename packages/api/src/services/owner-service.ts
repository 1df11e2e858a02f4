import { findAllocation } from '@muster/db/repositories/allocations';
import { findRun } from '@muster/db/repositories/runs';
import { findTask } from '@muster/db/repositories/tasks';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Deps } from '../app/deps.ts';
import type { OwnedRef, OwnerService } from '../services.ts';

/** A buyer's right to a run, by the mirror of the chain. What belongs to another wallet answers just like what does not exist. */
export function createOwnerService({ db }: Pick<Deps, 'db'>): OwnerService {
  const runIdsOf = async ({ runId, taskId, allocationId }: OwnedRef): Promise<string[]> => {
    const named = [
      runId,
      taskId === undefined ? undefined : ((await findTask(db, taskId))?.runId ?? null),
      allocationId === undefined ? undefined : ((await findAllocation(db, allocationId))?.runId ?? null),
    ];
    if (named.includes(null)) throw new AppError('NOT_FOUND');
    return named.filter((id) => typeof id === 'string');
  };

  return {
    async authorise({ address, ref }) {
      const [runId, ...others] = await runIdsOf(ref);
      if (runId === undefined) throw new AppError('BAD_INPUT', { publicMessage: 'The request names no run, task or allocation.' });
      if (others.some((other) => other !== runId)) throw new AppError('NOT_FOUND');
      const run = await findRun(db, runId);
      if (run === null || run.owner !== address) throw new AppError(ref.runId === undefined ? 'NOT_FOUND' : 'RUN_UNKNOWN');
      return runId;
    },
  };
}
