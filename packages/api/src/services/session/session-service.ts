import type { Envelope } from '@muster/protocol/messages/define-message';
import type { Frame } from '@muster/protocol/messages/frame';
import { statusReportSchema, wantedOrdersSchema, type OrdersBody } from '@muster/protocol/messages/frames';
import { logChunksBodySchema } from '@muster/protocol/messages/log-frames';
import type { SessionAccept } from '@muster/protocol/messages/session-accept';
import { SyncAck } from '@muster/protocol/messages/sync-ack';
import { z } from 'zod';
import { listWantedOrders } from '@muster/db/repositories/orders';
import type { Deps } from '../../app/deps.ts';
import type { IncomingEnvelope } from '../../shapes/envelope.ts';
import { envelopesOf } from '../order/order-envelopes.ts';
import { acknowledgeSync } from './acknowledge-sync.ts';
import { createLogBudget } from './log-budget.ts';
import { openNodeFrame, sealAnswer } from './node-frame.ts';
import { openSession } from './open-session.ts';
import { recordHeartbeat } from './record-heartbeat.ts';
import { requireCounter } from './require-counter.ts';
import type { SessionDoor } from './session-door.ts';
import { streamOrders } from './stream-orders.ts';
import { takeLogs } from './take-logs.ts';
import { takeReport } from './take-report.ts';

/** What a node may ask of its master once it holds an invite. Every frame is MAC'd; the numbers are explained in ADR 50. `from`: see http/caller-of. */
export type SessionService = {
  open(envelope: IncomingEnvelope, from: string): Promise<{ envelope: Envelope<SessionAccept> }>;
  /** {afterEpoch, afterCounter} → OrdersBody: a page of every order that still matters, empty after the last. */
  wantedOrders(frame: Frame, from: string): Promise<{ frame: Frame }>;
  /** Heartbeat → HeartbeatAnswer. */
  heartbeat(frame: Frame, from: string): Promise<{ frame: Frame }>;
  /** StatusReport → {now}. */
  report(frame: Frame, from: string): Promise<{ frame: Frame }>;
  /** LogChunksBody → LogAnswer. */
  logs(frame: Frame, from: string): Promise<{ frame: Frame }>;
  /** Envelope<SyncAck> → {now}. */
  acknowledgeSync(frame: Frame, from: string): Promise<{ frame: Frame }>;
  /** {} → OrdersBody, again and again. */
  orders(frame: Frame, from: string, signal: AbortSignal | undefined): AsyncIterable<{ frame: Frame }>;
};

export function createSessionService(deps: Deps, door: SessionDoor): SessionService {
  const { db, clock } = deps;
  const budget = createLogBudget(deps);
  return {
    open(envelope, from) {
      door.knock(from);
      return openSession(deps, envelope);
    },
    heartbeat: (frame, from) => recordHeartbeat(deps, door, { frame, from }),

    async wantedOrders(frame, from) {
      const { session, counter, body } = await openNodeFrame(door, { frame, from, path: 'wantedOrders', schema: wantedOrdersSchema });
      await requireCounter(db, { sessionId: session.sessionId, kind: 'orders', counter });
      const after = { masterEpoch: body.afterEpoch, counter: body.afterCounter };
      const answer: OrdersBody = { orders: envelopesOf(await listWantedOrders(db, session, after)) };
      return sealAnswer(session, { path: 'wantedOrders', counter, body: answer });
    },

    async report(frame, from) {
      const { session, counter, body } = await openNodeFrame(door, { frame, from, path: 'report', schema: statusReportSchema });
      await requireCounter(db, { sessionId: session.sessionId, kind: 'report', counter });
      await takeReport(deps, session, body);
      return sealAnswer(session, { path: 'report', counter, body: { now: clock.now() } });
    },

    async logs(frame, from) {
      const { session, counter, body } = await openNodeFrame(door, { frame, from, path: 'logs', schema: logChunksBodySchema });
      await requireCounter(db, { sessionId: session.sessionId, kind: 'logs', counter });
      return sealAnswer(session, { path: 'logs', counter, body: await takeLogs(deps, { session, budget }, body) });
    },

    async acknowledgeSync(frame, from) {
      const { session, counter, body } = await openNodeFrame(door, {
        frame,
        from,
        path: 'acknowledgeSync',
        schema: SyncAck.envelopeSchema,
      });
      await requireCounter(db, { sessionId: session.sessionId, kind: 'sync', counter });
      await acknowledgeSync(deps, session, body);
      return sealAnswer(session, { path: 'acknowledgeSync', counter, body: { now: clock.now() } });
    },

    async *orders(frame, from, signal) {
      const { session, counter } = await openNodeFrame(door, { frame, from, path: 'orders', schema: z.strictObject({}) });
      await requireCounter(db, { sessionId: session.sessionId, kind: 'orders', counter });
      yield* streamOrders(deps, session, signal);
    },
  };
}
