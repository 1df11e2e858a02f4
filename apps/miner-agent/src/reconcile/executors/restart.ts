import type { Executor } from '../executor.ts';

/** A crash between the two leaves an ended container whose start time is still the one to replace: the plan says restart again. */
export const restart: Executor<'restart'> = async ({ allocationId, epoch, containerId, graceMs }, { runtime, logger }) => {
  await runtime.stopContainer(containerId, graceMs);
  await runtime.startContainer(containerId);
  logger.info({ event: 'container.restarted', allocationId, epoch, containerId }, 'the container runs again');
};
