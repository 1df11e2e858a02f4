import { listPendingOrders } from '@muster/db/repositories/orders';
import { AppError } from '@muster/protocol/errors/app-error';
import { heartbeatSchema, type HeartbeatAnswer } from '@muster/protocol/messages/frames';
import type { Frame } from '@muster/protocol/messages/frame';
import type { Deps } from '../../app/deps.ts';
import { envelopesOf } from '../order/order-envelopes.ts';
import { openNodeFrame, sealAnswer } from './node-frame.ts';
import type { SessionDoor } from './session-door.ts';

const REFUSALS = { unknown: 'SESSION_UNKNOWN', superseded: 'SESSION_SUPERSEDED', 'stale-counter': 'COUNTER_REPLAYED' } as const;

/**
 * The hot path: one MAC to check, one row in the next coalesced statement, one MAC to make. What the node has not acknowledged rides
 * on the answer, so that a lost push costs one interval.
 */
export async function recordHeartbeat(
  deps: Pick<Deps, 'db' | 'heartbeats' | 'clock'>,
  door: SessionDoor,
  { frame, from }: { frame: Frame; from: string },
): Promise<{ frame: Frame }> {
  const { session, counter, body } = await openNodeFrame(door, { frame, from, path: 'heartbeat', schema: heartbeatSchema });
  const beat = await deps.heartbeats.record({ sessionId: session.sessionId, counter, status: body });
  if (!beat.accepted) throw new AppError(REFUSALS[beat.reason]);
  const orders = beat.hasOrders ? envelopesOf(await listPendingOrders(deps.db, session)) : [];
  const answer: HeartbeatAnswer = { now: deps.clock.now(), orders };
  return sealAnswer(session, { path: 'heartbeat', counter, body: answer });
}
