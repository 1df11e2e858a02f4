import type { Executor } from '../executor.ts';

export const pull: Executor<'pull'> = async ({ image, allocationId }, { runtime, signal, onPullProgress, logger }) => {
  // It may have come by another way since the plan was made, and no registry need know it.
  if (await runtime.findImage(image)) return;
  logger.info({ event: 'image.pulling', allocationId, image }, 'pulling the image');
  const { id } = await runtime.pullImage(image, { signal, onProgress: (progress) => onPullProgress(allocationId, progress) });
  logger.info({ event: 'image.pulled', allocationId, image, imageId: id }, 'the image is here');
};
