import type { Executor } from '../executor.ts';

export const stop: Executor<'stop'> = async ({ allocationId, epoch, containerId, graceMs }, { runtime, logger }) => {
  logger.info({ event: 'container.stopping', allocationId, epoch, containerId, graceMs }, 'asking the container to end');
  await runtime.stopContainer(containerId, graceMs);
  logger.info({ event: 'container.stopped', allocationId, epoch, containerId }, 'the container has ended');
};
