import { AppError } from '@muster/protocol/errors/app-error';
import { findContainer } from '../observe.ts';
import { updateRecord, type Executor } from '../executor.ts';

export const start: Executor<'start'> = async (step, context) => {
  const { runtime, node, logger } = context;
  const container = await findContainer(runtime, node, step);
  if (!container) throw new AppError('CONTAINER_VANISHED');
  // A container runs once; what has run already is for restart orders alone.
  if (container.state !== 'created') return;
  const record = context.store.get(step.allocationId);
  // Once more: an engine may have pushed its own rules before the fence's when it made the network.
  if (record) await context.isolation.admit(record.spec);
  await runtime.startContainer(container.id).catch(async (error: unknown) => {
    // One that has begun to run has begun, whatever the engine said: ending it for that would undo a buyer's work.
    const now = await findContainer(runtime, node, step).catch(() => undefined);
    if (now !== undefined && now.startedAt !== null) return;
    if (record) context.portDesk.distrust(record);
    throw error;
  });
  // Written down when it was created, unless the agent died in between: a second time would cost a write to disk on the way.
  await updateRecord(context, step, (current) =>
    current.containerId === container.id ? current : { ...current, containerId: container.id },
  );
  logger.info(
    { event: 'container.started', allocationId: step.allocationId, epoch: step.epoch, containerId: container.id },
    'the container runs',
  );
};
