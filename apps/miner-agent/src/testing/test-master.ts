import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { on } from 'node:events';
import { EventEmitter } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { createMinerClient } from '@muster/api/miner';
import { createEphemeral, deriveSessionKeys, openFrame, sealFrame, type SessionKeys } from '@muster/protocol/crypto/mac';
import type { Signer } from '@muster/protocol/crypto/signer';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { Acknowledgment } from '@muster/protocol/messages/acknowledgment';
import { signMessage, verifyEnvelope, type Envelope } from '@muster/protocol/messages/define-message';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { frameSchema, type Frame } from '@muster/protocol/messages/frame';
import {
  heartbeatSchema,
  statusReportSchema,
  wantedOrdersSchema,
  type AllocationStatus,
  type OrderResult,
  type Heartbeat,
} from '@muster/protocol/messages/frames';
import { audienceOfAddress, audienceOfOrigin, newHeader } from '@muster/protocol/messages/header';
import { Invite } from '@muster/protocol/messages/invite';
import { logChunksBodySchema } from '@muster/protocol/messages/log-frames';
import { compareOrderVersion, Order, type OrderKind } from '@muster/protocol/messages/order';
import { encodeOrderBody, type orderBodySchemas } from '@muster/protocol/messages/order-body';
import { SessionAccept } from '@muster/protocol/messages/session-accept';
import { SessionOpen } from '@muster/protocol/messages/session-open';
import { SyncAck } from '@muster/protocol/messages/sync-ack';
import { initTRPC, TRPCError } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { ownLoopback } from './own-loopback.ts';

interface Session {
  sessionId: string;
  generation: number;
  keys: SessionKeys;
  counters: Map<string, number>;
}

export interface TestMasterOptions {
  signer: Signer;
  domain: MusterDomain;
  runId: string;
  heartbeatMs?: number;
  lostAfterMs?: number;
}

/** A master and discovery that keep everything in memory and speak the real protocol: real signatures, MACs, HTTP and WebSocket. */
export async function startTestMaster({ signer, domain, runId, heartbeatMs = 200, lostAfterMs = 60_000 }: TestMasterOptions) {
  const t = initTRPC.create({
    errorFormatter: ({ shape, error }) => ({
      ...shape,
      data: { ...shape.data, app: error.cause instanceof AppError ? error.cause.toWire() : null },
    }),
  });
  const procedure = t.procedure.use(async ({ next }) => {
    const result = await next();
    if (!result.ok && result.error.cause instanceof AppError) throw new TRPCError({ code: 'BAD_REQUEST', cause: result.error.cause });
    return result;
  });
  const envelopeInput = z.object({ envelope: z.unknown() });
  const frameInput = z.object({ frame: frameSchema });

  const bus = new EventEmitter().setMaxListeners(0);
  const announcements: EndpointAnnouncement[] = [];
  const statuses = new Map<string, AllocationStatus>();
  const history: AllocationStatus[] = [];
  const results = new Map<string, OrderResult>();
  const chunks = new Map<string, Map<number, string[]>>();
  const acks: SyncAck[] = [];
  const blobs = new Map<string, Buffer>();
  const orders = new Map<string, Envelope<Order>>();
  const acknowledged = new Set<string>();
  let session: Session | null = null;
  let generations = 0;
  let heartbeats = 0;
  /** When each beat came, and how old each line of a log was when it came: for the bench. */
  const beatTimes: number[] = [];
  const logLagsMs: number[] = [];
  let lastHeartbeat: Heartbeat | null = null;
  let keyStatement: unknown = null;
  let counter = 0;
  let refusal: AppError | null = null;

  const pending = () => [...orders.values()].filter(({ message }) => !acknowledged.has(message.orderId));

  function take<S extends z.ZodType>(path: string, frame: Frame, schema: S): { session: Session; body: z.output<S> } {
    if (refusal) throw refusal;
    if (!session || session.sessionId !== frame.sessionId) throw new AppError('SESSION_UNKNOWN');
    const body = unwrap(
      openFrame({ key: session.keys.nodeToMaster, direction: 'n2m', path, frame, schema, lastCounter: session.counters.get(path) }),
    );
    session.counters.set(path, frame.counter);
    return { session, body };
  }

  const answer = ({ keys, sessionId }: Session, path: string, frameCounter: number, body: unknown) => ({
    frame: sealFrame({ key: keys.masterToNode, direction: 'm2n', sessionId, counter: frameCounter, path, body }),
  });

  const masterRouter = t.router({
    openSession: procedure.input(envelopeInput).mutation(({ input }) => {
      if (refusal) throw refusal;
      const { message, digest } = unwrap(
        verifyEnvelope(SessionOpen, input.envelope, { domain, now: Date.now(), audience: audienceOfAddress(signer.address) }),
      );
      if (message.generation <= generations) throw new AppError('STALE_GENERATION', { data: { newestGeneration: generations } });
      generations = message.generation;
      const ephemeral = createEphemeral();
      const sessionId = randomUUID();
      const { generation, inviteDigest, ephemeralKey: peerPublicKey } = message;
      session = {
        sessionId,
        generation,
        counters: new Map(),
        keys: deriveSessionKeys({ privateKey: ephemeral.privateKey, peerPublicKey, inviteDigest, sessionId, generation }),
      };
      const header = newHeader({
        runId,
        sender: signer.address,
        audience: audienceOfAddress(message.sender),
        now: Date.now(),
        ttlMs: 30_000,
      });
      const accept = { ...header, openDigest: digest, sessionId, generation, ephemeralKey: ephemeral.publicKey, heartbeatMs, lostAfterMs };
      return { envelope: signMessage(SessionAccept, accept, { domain, signer }) };
    }),
    wantedOrders: procedure.input(frameInput).mutation(({ input: { frame } }) => {
      const taken = take('wantedOrders', frame, wantedOrdersSchema);
      const { afterEpoch: masterEpoch, afterCounter } = taken.body;
      // One a page, so that whatever depends on all of them has to wait for all pages.
      const next = liveOrders().filter(({ message }) => compareOrderVersion(message, { masterEpoch, counter: afterCounter }) > 0);
      return answer(taken.session, 'wantedOrders', frame.counter, { orders: next.slice(0, 1) });
    }),
    heartbeat: procedure.input(frameInput).mutation(({ input: { frame } }) => {
      const taken = take('heartbeat', frame, heartbeatSchema);
      heartbeats += 1;
      beatTimes.push(performance.now());
      lastHeartbeat = taken.body;
      return answer(taken.session, 'heartbeat', frame.counter, { now: Date.now(), orders: pending() });
    }),
    report: procedure.input(frameInput).mutation(({ input: { frame } }) => {
      const taken = take('report', frame, statusReportSchema);
      for (const result of taken.body.orderIds) {
        results.set(result.orderId, result);
        acknowledged.add(result.orderId);
      }
      for (const status of taken.body.allocations) {
        statuses.set(status.allocationId, status);
        history.push(status);
      }
      keyStatement = taken.body.keyStatement ?? keyStatement;
      return answer(taken.session, 'report', frame.counter, {});
    }),
    logs: procedure.input(frameInput).mutation(({ input: { frame } }) => {
      const taken = take('logs', frame, logChunksBodySchema);
      for (const { lines } of taken.body.chunks) for (const { at } of lines) logLagsMs.push(Date.now() - at);
      for (const { allocationId, sequence, lines } of taken.body.chunks) {
        const own = chunks.get(allocationId) ?? new Map<number, string[]>();
        if (!own.has(sequence))
          own.set(
            sequence,
            lines.map(({ text }) => text),
          );
        chunks.set(allocationId, own);
      }
      return answer(taken.session, 'logs', frame.counter, {
        acked: taken.body.chunks.map(({ allocationId, sequence }) => ({ allocationId, sequence })),
      });
    }),
    acknowledgeSync: procedure.input(frameInput).mutation(({ input: { frame } }) => {
      const taken = take('acknowledgeSync', frame, SyncAck.envelopeSchema);
      acks.push(unwrap(verifyEnvelope(SyncAck, taken.body, { domain, now: Date.now() })).message);
      return answer(taken.session, 'acknowledgeSync', frame.counter, {});
    }),
    orders: procedure.input(frameInput).subscription(async function* push({ input: { frame }, signal }) {
      const taken = take('orders', frame, z.object({}));
      let pushed = 0;
      yield answer(taken.session, 'orders', (pushed += 1), { orders: pending() });
      for await (const _ of on(bus, 'order', signal ? { signal } : {}))
        yield answer(taken.session, 'orders', (pushed += 1), { orders: pending() });
    }),
  });
  const discoveryRouter = t.router({
    announce: procedure.input(z.object({ envelope: z.unknown(), capabilities: z.unknown() })).mutation(({ input }) => {
      const audience = audienceOfOrigin(url());
      const { message } = unwrap(verifyEnvelope(EndpointAnnouncement, input.envelope, { domain, now: Date.now(), audience }));
      announcements.push(message);
      return { accepted: true, expiresAt: message.expiresAt, standing: 'Pending' };
    }),
  });

  /** The newest order of each kind for every allocation that has not ended, and whatever is not acknowledged. */
  function liveOrders(): Envelope<Order>[] {
    const ended = new Set(
      [...statuses.values()]
        .filter(({ phase }) => ['Succeeded', 'Failed', 'Cancelled', 'Lost'].includes(phase))
        .map(({ allocationId }) => allocationId),
    );
    return [...orders.values()].filter(({ message }) => {
      const { allocationId } = z.object({ allocationId: z.string().optional() }).parse(JSON.parse(message.body));
      return (
        !acknowledged.has(message.orderId) ||
        (allocationId !== undefined && !ended.has(allocationId) && message.kind !== 'inspect' && message.kind !== 'sync')
      );
    });
  }

  function sendOrder(node: `0x${string}`, kind: OrderKind, body: string): string {
    const orderId = randomUUID();
    counter += 1;
    const message = { runId, node, seq: 1, masterEpoch: 1, counter, orderId, kind, body, issuedAt: Date.now() };
    orders.set(orderId, signMessage(Order, message, { domain, signer }));
    bus.emit('order');
    return orderId;
  }

  const host = ownLoopback();
  let port = 0;
  let server: Server;
  let sockets: WebSocketServer;
  const url = () => `http://${host}:${port}`;
  const discovery = createHTTPHandler({ router: discoveryRouter, basePath: '/discovery/' });

  async function request(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (req.url?.startsWith('/discovery/')) return discovery(req, res);
    const sha256 = /^\/master\/blobs\/(0x[0-9a-f]{64})$/.exec(req.url ?? '')?.[1];
    if (!sha256 || req.method !== 'PUT') return void res.writeHead(404).end();
    const body = await buffer(req);
    const frame = frameSchema.parse(JSON.parse(Buffer.from(String(req.headers['x-muster-frame']), 'base64url').toString()));
    const { keys } = session ?? {};
    const sealed =
      keys &&
      openFrame({
        key: keys.nodeToMaster,
        direction: 'n2m',
        path: 'blobs',
        frame,
        schema: z.object({ sha256: z.string(), sizeBytes: z.number(), snapshotId: z.string() }),
      });
    const found = `0x${createHash('sha256').update(body).digest('hex')}`;
    if (!sealed?.ok || sealed.value.sha256 !== found || found !== sha256) return void res.writeHead(400).end();
    blobs.set(sha256, body);
    res.writeHead(200).end('{"stored":true}');
  }

  async function listen(): Promise<void> {
    server = createServer((req, res) => void request(req, res).catch(() => res.destroy()));
    sockets = new WebSocketServer({ server, path: '/master' });
    applyWSSHandler({ wss: sockets, router: masterRouter });
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    const address = server.address();
    port = typeof address === 'object' && address ? address.port : port;
  }

  async function close(): Promise<void> {
    for (const client of sockets.clients) client.terminate();
    sockets.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  await listen();
  return {
    url,
    discoveryUri: () => `${url()}/discovery`,
    announcements,
    keyStatement: () => keyStatement,
    statuses,
    history,
    results,
    acks,
    blobs,
    heartbeats: () => heartbeats,
    beatTimes,
    logLagsMs,
    lastHeartbeat: (): Heartbeat | null => lastHeartbeat,
    generation: () => generations,
    linesOf: (allocationId: string) =>
      [...(chunks.get(allocationId) ?? new Map<number, string[]>())].toSorted(([a], [b]) => a - b).flatMap(([, lines]) => lines),
    sequencesOf: (allocationId: string) => [...(chunks.get(allocationId)?.keys() ?? [])].toSorted((a, b) => a - b),
    /** Gone and back on the same port; sessions survive, as rows in a database do. */
    close,
    listen,
    forgetSession: () => void (session = null),
    refuseWith: (error: AppError | null) => void (refusal = error),
    dropSockets: () => sockets.clients.forEach((client) => client.terminate()),
    async invite(endpoint: string, node: `0x${string}`, change: Partial<z.input<typeof Invite.schema>> & { by?: Signer } = {}) {
      const { by = signer, ...fields } = change;
      const header = newHeader({ runId, sender: by.address, audience: audienceOfAddress(node), now: Date.now(), ttlMs: 60_000 });
      const invite = signMessage(
        Invite,
        { ...header, seq: 1, masterEpoch: 1, masterUrl: `${url()}/master`, heartbeatMs, lostAfterMs, ...fields },
        { domain, signer: by },
      );
      const client = createMinerClient({ endpoint, fetch });
      const { envelope } = await client.invite.mutate({ envelope: invite });
      return unwrap(
        verifyEnvelope(Acknowledgment, envelope, {
          domain,
          now: Date.now(),
          audience: audienceOfAddress(by.address),
          expectedSigner: node,
        }),
      ).message;
    },
    order<K extends OrderKind>(node: `0x${string}`, kind: K, body: z.input<(typeof orderBodySchemas)[K]>): string {
      return sendOrder(node, kind, encodeOrderBody(kind, body));
    },
    /** A body that no honest master would send, signed all the same. */
    orderText: sendOrder,
    /** As if the master had changed its mind, or lost its database. */
    forgetOrders: () => orders.clear(),
  };
}

export type TestMaster = Awaited<ReturnType<typeof startTestMaster>>;
