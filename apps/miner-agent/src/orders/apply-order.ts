import { AppError } from '@muster/protocol/errors/app-error';
import { err, ok, unwrap, type Result } from '@muster/protocol/errors/result';
import { parseImageReference } from '@muster/protocol/images/image-reference';
import type { KindedOrder, OrderBody } from '@muster/protocol/messages/order-body';
import { specHash } from '@muster/protocol/task-spec/task-spec';
import type { Gatekeeper } from './gatekeeper.ts';
import { isNewer, type AllocationRecord, type OrderVersion } from '../reconcile/desired.ts';

export interface ApplyContext {
  runId: string;
  version: OrderVersion;
  now: number;
  /** Why nothing new is taken; null when it is. */
  draining: string | null;
  /** Asked only about work that is new. */
  admit: Gatekeeper;
  /** When the allocation's running container began; null when none runs. */
  startedAt: string | null;
}

type Change = Result<AllocationRecord | undefined, AppError>;
type PlacementOrder = Exclude<KindedOrder, { kind: 'drain' | 'inspect' | 'sync' }>;

/** What an order makes of an allocation's record; undefined when it changes nothing. Pure. */
export function applyOrder(record: AllocationRecord | undefined, order: PlacementOrder, context: ApplyContext): Change {
  // Orders come by two ways and may overtake one another: per allocation only the newest counts.
  if (record && !isNewer(context.version, record.version)) return ok(undefined);
  if (order.kind === 'start') return applyStart(record, order.body, context);
  // The master draws its conclusions: what is not here does not run here.
  if (!record) return err(new AppError('ALLOCATION_UNKNOWN'));
  if (order.body.epoch !== record.epoch) return err(new AppError('STALE_EPOCH', { data: { epoch: record.epoch } }));
  if (order.kind === 'stop') return ok(withStop(record, order.body, context.version));
  return applyRestart(record, order.body, context);
}

function applyStart(
  record: AllocationRecord | undefined,
  body: OrderBody<'start'>,
  { runId, version, now, draining, admit }: ApplyContext,
): Change {
  const { taskId, allocationId, epoch, replica, spec } = body;
  if (specHash(spec) !== body.specHash)
    return err(new AppError('TASK_SPEC_INVALID', { publicMessage: 'The spec does not have the hash that the order names' }));
  if (record && epoch < record.epoch) return err(new AppError('STALE_EPOCH', { data: { epoch: record.epoch } }));
  if (record && epoch === record.epoch) return ok({ ...record, version });
  if (draining !== null)
    return err(new AppError('NODE_NOT_READY', { publicMessage: `The node is draining and takes no new work: ${draining}` }));
  const { digest } = unwrap(parseImageReference(spec.image));
  const imageDigest = body.imageDigest ?? digest;
  if (digest !== null && imageDigest !== digest)
    return err(
      new AppError('IMAGE_DIGEST_MISMATCH', { publicMessage: `The task names ${digest} itself; the order pins it to ${imageDigest}` }),
    );
  const admitted = admit(spec, allocationId, imageDigest);
  if (!admitted.ok) return admitted;
  return ok({
    runId,
    taskId,
    allocationId,
    epoch,
    replica,
    specHash: body.specHash,
    spec,
    imageDigest,
    image: null,
    gpus: admitted.value.gpus,
    ports: [],
    registryAuth: body.registryAuth ?? null,
    version,
    stop: null,
    restart: null,
    restarts: 0,
    containerId: null,
    outcome: null,
    acceptedAt: now,
  });
}

const withStop = (record: AllocationRecord, { graceMs, reason }: OrderBody<'stop'>, version: OrderVersion): AllocationRecord =>
  record.stop || record.outcome ? { ...record, version } : { ...record, version, stop: { graceMs, reason, phase: 'Cancelled' } };

function applyRestart(record: AllocationRecord, { graceMs }: OrderBody<'restart'>, { version, startedAt }: ApplyContext): Change {
  if (record.outcome || record.stop)
    return err(new AppError('TASK_ENDED', { publicMessage: 'The allocation has ended; a new one is needed' }));
  // What has not started yet will start afresh anyway.
  if (startedAt === null) return ok({ ...record, version });
  return ok({ ...record, version, restart: { graceMs, insteadOf: startedAt }, restarts: record.restarts + 1 });
}
