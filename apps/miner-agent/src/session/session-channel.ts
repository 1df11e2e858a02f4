import { openFrame, sealFrame } from '@muster/protocol/crypto/mac';
import { AppError } from '@muster/protocol/errors/app-error';
import { err, unwrap, type Result } from '@muster/protocol/errors/result';
import type { Envelope } from '@muster/protocol/messages/define-message';
import { frameSchema, type Frame } from '@muster/protocol/messages/frame';
import {
  heartbeatAnswerSchema,
  ordersBodySchema,
  type Heartbeat,
  type OrdersBody,
  type StatusReport,
} from '@muster/protocol/messages/frames';
import { logAnswerSchema, type LogAnswer, type LogChunksBody } from '@muster/protocol/messages/log-frames';
import type { OrderVersion } from '@muster/protocol/messages/order';
import type { SyncAck } from '@muster/protocol/messages/sync-ack';
import { z } from 'zod';
import type { MasterLink } from '../adapters/master/master-link.ts';
import type { OpenedSession } from './open-session.ts';

/** What can be said over an open session; every frame is MAC'd and numbered. */
export interface SessionChannel {
  /** A page of everything that the master wants of the node, after a version; empty after the last. */
  wantedOrders(after: OrderVersion): Promise<OrdersBody['orders']>;
  heartbeat(body: Heartbeat): Promise<z.output<typeof heartbeatAnswerSchema>>;
  report(body: StatusReport): Promise<void>;
  logs(body: LogChunksBody): Promise<LogAnswer>;
  acknowledgeSync(body: Envelope<SyncAck>): Promise<void>;
  /** Orders as they arise, until the link ends. */
  receiveOrders(handlers: { onOrders: (orders: unknown[]) => void; onError: (error: AppError) => void }): void;
  /** Header value that lets an upload in: a frame about this very blob. */
  sealUpload(body: { sha256: string; sizeBytes: number; snapshotId: string }): string;
}

const answerSchema = z.object({ frame: frameSchema });

/** Numbers go on over reconnects of the same session, so the counter lives with the session, not with the link. */
export interface FrameCounter {
  last: number;
}

export function createSessionChannel(session: OpenedSession, counter: FrameCounter, link: MasterLink): SessionChannel {
  const { sessionId, keys } = session;
  /** The last exchange of each kind. */
  const turns = new Map<string, Promise<unknown>>();

  function seal(path: string, body: unknown) {
    counter.last += 1;
    return sealFrame({ key: keys.nodeToMaster, direction: 'n2m', sessionId, counter: counter.last, path, body });
  }

  /**
   * One frame of a kind at a time: two on their way could overtake one another, and the later one's number would bar the earlier.
   * Kinds do not wait for one another, so that no beat waits behind a log.
   */
  function exchange<S extends z.ZodType>(path: string, body: unknown, schema: S): Promise<z.output<S>> {
    const result = (turns.get(path) ?? Promise.resolve()).then(async () => {
      const sent = seal(path, body);
      const { frame } = answerSchema.parse(await link.call(path, { frame: sent }));
      // An answer bears its question's number: it can stand for the answer to no other.
      if (frame.counter !== sent.counter) throw new AppError('COUNTER_REPLAYED');
      return unwrap(read(path, frame, schema));
    });
    turns.set(
      path,
      result.catch(() => undefined),
    );
    return result;
  }

  function read<S extends z.ZodType>(path: string, frame: Frame, schema: S): Result<z.output<S>, AppError> {
    if (frame.sessionId !== sessionId) return err(new AppError('MAC_INVALID'));
    return openFrame({ key: keys.masterToNode, direction: 'm2n', path, frame, schema });
  }

  return {
    async wantedOrders({ masterEpoch: afterEpoch, counter: afterCounter }) {
      return (await exchange('wantedOrders', { afterEpoch, afterCounter }, ordersBodySchema)).orders;
    },
    heartbeat: (body) => exchange('heartbeat', body, heartbeatAnswerSchema),
    report: async (body) => void (await exchange('report', body, z.unknown())),
    logs: (body) => exchange('logs', body, logAnswerSchema),
    acknowledgeSync: async (body) => void (await exchange('acknowledgeSync', body, z.unknown())),
    sealUpload: (body) => Buffer.from(JSON.stringify(seal('blobs', body))).toString('base64url'),
    receiveOrders({ onOrders, onError }) {
      const handlers = {
        onError,
        onData: (data: unknown) => {
          const answer = answerSchema.safeParse(data);
          if (!answer.success) return onError(new AppError('RESPONSE_INVALID', { cause: answer.error }));
          const body = read('orders', answer.data.frame, ordersBodySchema);
          if (body.ok) onOrders(body.value.orders);
          else onError(body.error);
        },
      };
      link.subscribe('orders', { frame: seal('orders', {}) }, handlers);
    },
  };
}
