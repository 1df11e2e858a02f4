import type { Executor } from '../executor.ts';

/** A crash between the two leaves an ended container whose start time is still the one to replace: the plan says restart again. */
export const restart: Executor<'restart'> = async (
  { allocationId, epoch, containerId, graceMs },
  { runtime, store, isolation, logger },
) => {
  await runtime.stopContainer(containerId, graceMs);
  const spec = store.get(allocationId)?.spec;
  if (spec) await isolation.admit(spec);
  await runtime.startContainer(containerId);
  logger.info({ event: 'container.restarted', allocationId, epoch, containerId }, 'the container runs again');
};
