import { findRun, findRunOfAllocation, findRunOfTask } from '@muster/db/repositories/runs';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Deps } from '../app/deps.ts';
import type { OwnerService } from '../services.ts';

/** A buyer's right to a run, by the mirror of the chain. What belongs to another wallet answers just like what does not exist. */
export function createOwnerService({ db }: Pick<Deps, 'db'>): OwnerService {
  return {
    async authorise({ address, ref: { runId, taskId, allocationId } }) {
      const named = await Promise.all([
        ...(taskId === undefined ? [] : [findRunOfTask(db, taskId)]),
        ...(allocationId === undefined ? [] : [findRunOfAllocation(db, allocationId)]),
      ]);
      const [first] = named;
      const run = runId === undefined ? first : await findRun(db, runId);
      if (run === undefined) throw new AppError('BAD_INPUT', { publicMessage: 'The request names no run, task or allocation.' });
      if (named.some((other) => other === null || other.runId !== (runId ?? first?.runId))) throw new AppError('NOT_FOUND');
      if (run === null || run.owner !== address) throw runId === undefined ? new AppError('NOT_FOUND') : notTheirs(runId, address);
      return run.runId;
    },
  };
}

/** In words that are right for both: the run is unknown, or somebody else's. */
const notTheirs = (runId: string, address: string): AppError =>
  new AppError('RUN_UNKNOWN', {
    publicMessage: `No run ${runId} of the wallet ${address} is known here.`,
    hint: 'Check the run id, and that this is the wallet that owns it; a run that was just created appears with its block.',
  });
