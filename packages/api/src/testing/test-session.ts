import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { standardWebSocket } from './web-socket.ts';
import { createEphemeral, deriveSessionKeys, openFrame, sealFrame } from '@muster/protocol/crypto/mac';
import { unwrap } from '@muster/protocol/errors/result';
import { signMessage, verifyEnvelope, type Envelope } from '@muster/protocol/messages/define-message';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import type { Frame } from '@muster/protocol/messages/frame';
import {
  heartbeatAnswerSchema,
  type Heartbeat,
  ordersBodySchema,
  type AllocationStatus,
  type HeartbeatAnswer,
  type OrderResult,
} from '@muster/protocol/messages/frames';
import { audienceOfAddress, newHeader } from '@muster/protocol/messages/header';
import { logAnswerSchema, type LogAnswer, type LogChunk } from '@muster/protocol/messages/log-frames';
import { Order } from '@muster/protocol/messages/order';
import { parseOrderBody, type KindedOrder } from '@muster/protocol/messages/order-body';
import { SessionAccept } from '@muster/protocol/messages/session-accept';
import { SessionOpen } from '@muster/protocol/messages/session-open';
import { z } from 'zod';
import type { MasterRouter } from '../types.ts';
import type { AcceptedInvite, TestNode } from './test-node.ts';
import { waitUntil } from './wait-until.ts';

export type ReceivedOrder = KindedOrder & { order: Order };

export type TestSession = {
  sessionId: string;
  /** Orders of the opening and of the subscription, each once, in the order of arrival. */
  received: ReceivedOrder[];
  /** What the master said was wanted when the session was new. */
  wanted: ReceivedOrder[];
  /** Of the largest answer or push so far, as it was on the wire. */
  largestBytes(): number;
  nextFrame(path: string, body: unknown): Frame;
  /** `more`: what else the beat says. */
  heartbeat(allocations?: Heartbeat['allocations'], more?: Partial<Heartbeat>): Promise<HeartbeatAnswer>;
  send(path: 'heartbeat' | 'report' | 'logs' | 'acknowledgeSync', frame: Frame): Promise<Frame>;
  report(report: { orders?: OrderResult[]; allocations?: Partial<AllocationStatus>[] }): Promise<void>;
  logs(chunks: LogChunk[]): Promise<LogAnswer>;
  acknowledgeSync(envelope: Envelope): Promise<void>;
  waitForOrder<K extends KindedOrder['kind']>(kind: K): Promise<Extract<ReceivedOrder, { kind: K }>>;
  close(): Promise<void>;
};

export type OpenOptions = { node: TestNode; accepted: AcceptedInvite; domain: MusterDomain; generation?: number; orderEpoch?: number };

/** Opens a session as an agent does: signed and answered over one WebSocket, MAC'd from then on. */
export async function openTestSession({ node, accepted, domain, generation = 1, orderEpoch = 0 }: OpenOptions): Promise<TestSession> {
  const { invite, digest } = accepted;
  const { signer, seq } = node;
  const socket = createWSClient({ url: invite.masterUrl.replace('http', 'ws'), WebSocket: standardWebSocket(), retryDelayMs: () => 50 });
  const client = createTRPCClient<MasterRouter>({ links: [wsLink({ client: socket })] });
  const ephemeral = createEphemeral();
  const header = newHeader({
    runId: invite.runId,
    sender: signer.address,
    audience: audienceOfAddress(invite.sender),
    now: Date.now(),
    ttlMs: 30_000,
  });
  const open = { ...header, seq, inviteDigest: digest, generation, ephemeralKey: ephemeral.publicKey, orderEpoch, orderCounter: 0 };
  const answer = await client.openSession
    .mutate({ envelope: signMessage(SessionOpen, open, { domain, signer }) })
    .catch(async (error: unknown) => {
      await socket.close();
      throw error;
    });
  const accept = unwrap(
    verifyEnvelope(SessionAccept, answer.envelope, {
      domain,
      now: Date.now(),
      audience: audienceOfAddress(signer.address),
      expectedSigner: invite.sender,
    }),
  ).message;
  const { sessionId } = accept;
  const keys = deriveSessionKeys({
    privateKey: ephemeral.privateKey,
    peerPublicKey: accept.ephemeralKey,
    inviteDigest: digest,
    sessionId,
    generation,
  });

  let counter = 0;
  const nextFrame = (path: string, body: unknown): Frame => {
    counter += 1;
    return sealFrame({ key: keys.nodeToMaster, direction: 'n2m', sessionId, counter, path, body });
  };
  const opened = <S extends z.ZodType>(path: string, frame: Frame, schema: S): z.output<S> =>
    unwrap(openFrame({ key: keys.masterToNode, direction: 'm2n', path, frame, schema }));
  const received: ReceivedOrder[] = [];
  const take = (orders: Envelope<Order>[]): void => {
    for (const envelope of orders) {
      const { message } = unwrap(verifyEnvelope(Order, envelope, { domain, now: Date.now(), expectedSigner: invite.sender }));
      if (!received.some(({ order }) => order.orderId === message.orderId))
        received.push({ ...unwrap(parseOrderBody(message)), order: message });
    }
  };
  let largest = 0;
  const weighed = (frame: Frame): Frame => {
    largest = Math.max(largest, Buffer.byteLength(JSON.stringify(frame)));
    return frame;
  };
  for (let after = { afterEpoch: 0, afterCounter: 0 }; ;) {
    const { frame } = await client.wantedOrders.mutate({ frame: nextFrame('wantedOrders', after) });
    const { orders } = opened('wantedOrders', weighed(frame), ordersBodySchema);
    const last = orders.at(-1);
    if (last === undefined) break;
    take(orders);
    after = { afterEpoch: last.message.masterEpoch, afterCounter: last.message.counter };
  }
  const wanted = [...received];
  const subscription = client.orders.subscribe(
    { frame: nextFrame('orders', {}) },
    { onData: ({ frame }) => take(opened('orders', weighed(frame), ordersBodySchema).orders), onError: () => undefined },
  );
  const now = z.object({ now: z.number() });
  const send = async (path: 'heartbeat' | 'report' | 'logs' | 'acknowledgeSync', frame: Frame): Promise<Frame> =>
    (await client[path].mutate({ frame })).frame;
  const exchange = async <S extends z.ZodType>(
    path: 'heartbeat' | 'report' | 'logs' | 'acknowledgeSync',
    body: unknown,
    schema: S,
  ): Promise<z.output<S>> => opened(path, weighed(await send(path, nextFrame(path, body))), schema);

  return {
    sessionId,
    received,
    wanted,
    largestBytes: () => largest,
    nextFrame,
    send,
    async heartbeat(allocations = [], more = {}) {
      const at = Date.now();
      const answered = await exchange(
        'heartbeat',
        { at, usage: { cpu: 1, memoryBytes: 1_000, diskBytes: 1_000 }, orderEpoch: 0, orderCounter: 0, allocations, ...more },
        heartbeatAnswerSchema,
      );
      take(answered.orders);
      return answered;
    },
    async report({ orders = [], allocations = [] }) {
      const at = Date.now();
      await exchange(
        'report',
        { orderIds: orders, allocations: allocations.map((status) => ({ oomKilled: false, restarts: 0, at, ...status })) },
        now,
      );
    },
    logs: (chunks) => exchange('logs', { chunks }, logAnswerSchema),
    async acknowledgeSync(envelope) {
      await exchange('acknowledgeSync', envelope, now);
    },
    async waitForOrder(kind) {
      const isKind = (order: ReceivedOrder): order is Extract<ReceivedOrder, { kind: typeof kind }> => order.kind === kind;
      return waitUntil(`a ${kind} order`, () => received.find(isKind));
    },
    async close() {
      subscription.unsubscribe();
      await socket.close();
    },
  };
}
