import { AppError } from '@muster/protocol/errors/app-error';
import { failure, withoutContainer } from '../outcome.ts';
import { updateRecord, type Executor } from '../executor.ts';

export const finish: Executor<'finish'> = async (step, context) => {
  const verdict = step.outcome === 'vanished' ? failure(new AppError('CONTAINER_VANISHED')) : step.outcome;
  await updateRecord(context, step, (record) =>
    record.outcome ? record : { ...record, outcome: withoutContainer(verdict, record, context.now()) },
  );
  context.logger.info(
    { event: 'allocation.ended', allocationId: step.allocationId, epoch: step.epoch, phase: verdict.phase, reason: verdict.reason },
    'the allocation has ended',
  );
};
