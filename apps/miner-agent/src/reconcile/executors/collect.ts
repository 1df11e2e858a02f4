import type { LogEntry } from '../../ports/container-runtime.ts';
import { findContainer } from '../observe.ts';
import { outcomeOf } from '../outcome.ts';
import { updateRecord, type Executor } from '../executor.ts';

/** First the log, then the exit code, each on disk before the container may be removed. */
export const collect: Executor<'collect'> = async (step, context) => {
  const { runtime, node, logs, now, logger } = context;
  await logs.drain(step.allocationId, step.containerId);
  const container = await findContainer(runtime, node, step);
  // Gone since the plan was made: the next plan says what that means.
  if (!container) return;
  let lastEntry: LogEntry | undefined;
  for await (const entry of runtime.readLogs(container.id, { follow: false, tail: 1 })) lastEntry = entry;
  await updateRecord(context, step, (record) =>
    record.outcome ? record : { ...record, outcome: outcomeOf({ record, container, lastEntry, now: now() }) },
  );
  const { exitCode, oomKilled } = container;
  logger.info(
    { event: 'container.ended', allocationId: step.allocationId, epoch: step.epoch, containerId: container.id, exitCode, oomKilled },
    'the container has ended',
  );
};
