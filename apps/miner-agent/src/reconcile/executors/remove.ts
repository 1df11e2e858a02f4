import type { Executor } from '../executor.ts';

export const remove: Executor<'remove'> = async ({ allocationId, epoch, containerId }, { runtime, logger }) => {
  await runtime.removeContainer(containerId);
  logger.info({ event: 'container.removed', allocationId, epoch, containerId }, 'the container is removed');
};

export const removeNetwork: Executor<'remove-network'> = ({ network }, { runtime }) => runtime.removeNetwork(network);
