import { signMessage } from '@muster/protocol/messages/define-message';
import { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { EndpointQuery } from '@muster/protocol/messages/endpoint-query';
import { audienceOfAddress, audienceOfOrigin, newHeader } from '@muster/protocol/messages/header';
import { RelayCall } from '@muster/protocol/messages/relay-call';
import { RelayOpen } from '@muster/protocol/messages/relay-open';
import { hashOfSealed } from '@muster/protocol/relay/relayed-call';
import { sealTo } from '@muster/protocol/crypto/sealed-box';
import { openRelayLink } from '@muster/db/repositories/relay';
import { utf8 } from '@muster/protocol/bytes';
import { SessionOpen } from '@muster/protocol/messages/session-open';
import { SyncAck } from '@muster/protocol/messages/sync-ack';
import { capabilitiesHash } from '@muster/protocol/capabilities';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS_MATRIX, PROCEDURE_PATHS, ROLES, type ProcedurePath, type Role } from './access-matrix.ts';
import { createRoleCaller, type RoleCaller } from './testing/role-calls.ts';
import { setUpStage, type Stage } from './testing/setup.ts';
import { CAPABILITIES } from '@muster/protocol/testing/capabilities';
import { EVIDENCE, EVIDENCE_HASH, type TestNode } from './testing/test-node.ts';
import { siweMessageFor, createBuyerClient } from './testing/test-buyer.ts';
import type { TestSession } from './testing/test-session.ts';
import { waitUntil } from './testing/wait-until.ts';

type Cast = { runId: string; node: TestNode; spare: TestNode; session: TestSession; taskId: string; allocationId: string };

let stage: Stage;
let cast: Cast;
let callers: Record<Role, RoleCaller>;
let pilot: NodeJS.Timeout;
/** What the node does right now. */
let turn: Promise<void> | undefined;

const spec = { image: 'busybox:1.37', volumes: [{ name: 'data', path: '/data' }] };

beforeAll(async () => {
  stage = await setUpStage();
  const runId = await stage.createRun();
  const [node, spare] = [await stage.createInvitedNode(runId), await stage.createInvitedNode(runId)];
  const session = await stage.openSession(node);
  const done = new Set<string>();
  // The node in the background: it beats, and does whatever it is told at once.
  const fly = async (): Promise<void> => {
    await session.heartbeat();
    const fresh = session.received.filter(({ order }) => !done.has(order.orderId));
    const running = fresh.flatMap((order) =>
      order.kind === 'start'
        ? [{ allocationId: order.body.allocationId, epoch: order.body.epoch, phase: 'Running' as const, startedAt: Date.now() }]
        : [],
    );
    if (fresh.length > 0)
      await session.report({ orders: fresh.map(({ order }) => ({ orderId: order.orderId, ok: true })), allocations: running });
    for (const { order } of fresh) done.add(order.orderId);
  };
  const fail = (): void => undefined;
  pilot = setInterval(
    () =>
      (turn ??= fly()
        .then(fail, fail)
        .finally(() => (turn = undefined))),
    100,
  );
  const { taskId } = await stage.buyer.client.task.create.mutate({ runId, spec });
  const allocationId = await waitUntil('a running container', async () => {
    const [allocation] = (await stage.buyer.client.task.get.query({ taskId })).allocations;
    return allocation?.phase === 'Running' && allocation.allocationId;
  });
  cast = { runId, node, spare, session, taskId, allocationId };
  const callerOf = (role: Role) => createRoleCaller(role, { url: stage.server.url, nodeSigner: node.signer });
  const [anonymous, otherBuyer, owner, nodeCaller, validator, master] = await Promise.all(ROLES.map(callerOf));
  if (!anonymous || !otherBuyer || !owner || !nodeCaller || !validator || !master) throw new Error('a role is missing');
  callers = { anonymous, 'other-buyer': otherBuyer, owner, node: nodeCaller, validator, master };
});

afterAll(async () => {
  clearInterval(pilot);
  await Promise.all(Object.values(callers).map((caller) => caller.close()));
  await stage.stop();
});

const SUBSCRIPTIONS: ReadonlySet<ProcedurePath> = new Set(['buyer:run.watch', 'buyer:log.follow', 'discovery:openRelay', 'session:orders']);
const QUERIES: ReadonlySet<ProcedurePath> = new Set([
  'buyer:auth.session',
  'buyer:master.info',
  'buyer:run.list',
  'buyer:run.get',
  'buyer:run.timeline',
  'buyer:node.list',
  'buyer:node.get',
  'buyer:task.list',
  'buyer:task.get',
  'buyer:log.read',
  'buyer:snapshot.list',
]);
const BASES: Readonly<Record<string, string>> = { buyer: '/api/trpc', discovery: '/discovery', session: '/master' };

/** Refusals that come only after the caller was let in. */
const LET_IN: Partial<Record<ProcedurePath, string>> = {
  'session:acknowledgeSync': 'NOT_FOUND',
  // The node of this test has an endpoint, and nobody waits for its answer.
  'discovery:relay': 'ENDPOINT_UNREACHABLE',
  'discovery:answerRelayed': 'NOT_FOUND',
};
const LINK_ID = randomUUID();

const header = (role: Role, audience: `0x${string}`) =>
  newHeader({ runId: cast.runId, sender: callers[role].signer.address, audience, now: Date.now(), ttlMs: 30_000 });
const sign = (role: Role) => ({ domain: stage.domain, signer: callers[role].signer });
const discovery = () => audienceOfOrigin(stage.server.url);
const master = () => audienceOfAddress(stage.chain.account('master').address);
const frameOf = (role: Role, path: string, body: unknown) => ({
  frame: role === 'node' ? cast.session.nextFrame(path, body) : callers[role].forgeFrame(cast.session.sessionId, path),
});

/** A well-formed call as each role would make it: with its own key, its own wallet, or a MAC that it made up. */
const INPUTS: Record<ProcedurePath, (role: Role) => unknown> = {
  'buyer:auth.nonce': () => undefined,
  'buyer:auth.signIn': async (role) => {
    const { client, close } = createBuyerClient(stage.server.url, null);
    const message = await siweMessageFor(client, callers[role].wallet);
    await close();
    return { message, signature: await callers[role].wallet.signMessage({ message }) };
  },
  'buyer:auth.session': () => undefined,
  'buyer:auth.signOut': () => undefined,
  'buyer:master.info': () => undefined,
  'buyer:run.list': () => undefined,
  'buyer:run.get': () => ({ runId: cast.runId }),
  'buyer:run.watch': () => ({ runId: cast.runId }),
  'buyer:run.timeline': () => ({ runId: cast.runId }),
  'buyer:node.list': () => ({ runId: cast.runId }),
  'buyer:node.get': () => ({ runId: cast.runId, node: cast.node.address }),
  'buyer:node.drain': () => ({ runId: cast.runId, node: cast.spare.address }),
  'buyer:task.create': () => ({ runId: cast.runId, spec }),
  'buyer:task.list': () => ({ runId: cast.runId }),
  'buyer:task.get': () => ({ taskId: cast.taskId }),
  'buyer:task.stop': async () => ({ taskId: (await stage.buyer.client.task.create.mutate({ runId: cast.runId, spec })).taskId }),
  'buyer:task.restart': () => ({ taskId: cast.taskId }),
  'buyer:task.inspect': () => ({ allocationId: cast.allocationId }),
  'buyer:task.sync': () => ({ taskId: cast.taskId, volume: 'data' }),
  'buyer:task.seal': async () => ({
    taskId: (await stage.buyer.client.task.create.mutate({ runId: cast.runId, spec, needsCredentials: true })).taskId,
    credentials: [{ node: cast.node.address, encryptionKey: `0x${'11'.repeat(32)}`, sealed: `0x${'22'.repeat(60)}` }],
  }),
  'buyer:log.read': () => ({ allocationId: cast.allocationId }),
  'buyer:log.follow': async () => {
    await cast.session.logs([{ allocationId: cast.allocationId, sequence: 0, lines: [{ at: Date.now(), stream: 'stdout', text: 'one' }] }]);
    return { taskId: cast.taskId };
  },
  'buyer:snapshot.list': () => ({ taskId: cast.taskId }),
  'discovery:announce': (role) => {
    const message = {
      ...header(role, discovery()),
      seq: 1,
      sequence: Date.now(),
      endpoint: cast.node.endpoint,
      relay: false,
      encryptionKey: EVIDENCE_HASH,
      capabilitiesHash: capabilitiesHash(CAPABILITIES),
    };
    return { envelope: signMessage(EndpointAnnouncement, message, sign(role)), capabilities: CAPABILITIES };
  },
  'discovery:queryEndpoint': (role) => ({
    envelope: signMessage(
      EndpointQuery,
      { ...header(role, discovery()), node: cast.node.address, role: role === 'validator' ? 'validator' : 'master' },
      sign(role),
    ),
  }),
  'discovery:publishEvidence': () => ({ runId: cast.runId, node: cast.node.address, seq: 1, round: 1, document: EVIDENCE }),
  'discovery:relay': async (role) => {
    const sealed = await sealTo(EVIDENCE_HASH, utf8('{}'), { purpose: 'test', about: 'nothing' });
    const message = { ...header(role, discovery()), node: cast.node.address, role: role === 'validator' ? 'validator' : 'master' } as const;
    return { envelope: signMessage(RelayCall, { ...message, sealedHash: hashOfSealed(sealed) }, sign(role)), sealed };
  },
  'discovery:openRelay': (role) => ({
    envelope: signMessage(RelayOpen, { ...header(role, discovery()), seq: 1, sequence: Date.now() }, sign(role)),
  }),
  'discovery:answerRelayed': async (role) => {
    const key = { runId: cast.runId, node: cast.node.address };
    // The node knows its link's id; others can but guess.
    const known = role === 'node' && (await openRelayLink(stage.database.db, { ...key, seq: 1, sequence: Date.now(), linkId: LINK_ID }));
    return { linkId: known ? LINK_ID : randomUUID(), callId: randomUUID(), sealed: '0x00' };
  },
  'session:openSession': (role) => {
    const spare = role === 'node';
    const invited = spare ? cast.spare : cast.node;
    const inviteDigest = invited.invites.at(-1)?.digest ?? EVIDENCE_HASH;
    const signer = spare ? cast.spare.signer : callers[role].signer;
    const message = {
      ...header(role, master()),
      sender: signer.address,
      seq: 1,
      inviteDigest,
      generation: 1,
      ephemeralKey: EVIDENCE_HASH,
      orderEpoch: 0,
      orderCounter: 0,
    };
    return { envelope: signMessage(SessionOpen, message, { domain: stage.domain, signer }) };
  },
  'session:heartbeat': (role) =>
    frameOf(role, 'heartbeat', {
      at: Date.now(),
      usage: { cpu: 0, memoryBytes: 0, diskBytes: 0 },
      orderEpoch: 0,
      orderCounter: 0,
      allocations: [],
    }),
  'session:report': (role) => frameOf(role, 'report', { orderIds: [], allocations: [] }),
  'session:logs': (role) => frameOf(role, 'logs', { chunks: [] }),
  'session:acknowledgeSync': (role) => {
    const ids = { orderId: randomUUID(), allocationId: cast.allocationId, snapshotId: randomUUID() };
    const message = {
      runId: cast.runId,
      node: cast.node.address,
      seq: 1,
      ...ids,
      volume: 'data',
      sha256: EVIDENCE_HASH,
      sizeBytes: 1,
      issuedAt: Date.now(),
    };
    return frameOf(role, 'acknowledgeSync', signMessage(SyncAck, message, { domain: stage.domain, signer: cast.node.signer }));
  },
  'session:wantedOrders': (role) => frameOf(role, 'wantedOrders', { afterEpoch: 0, afterCounter: 0 }),
  'session:orders': async (role) => {
    // Only an order that waits makes the stream say something: this one is left to the stream.
    if (role === 'node') clearInterval(pilot);
    if (role === 'node') await turn;
    if (role === 'node') await stage.buyer.client.task.sync.mutate({ taskId: cast.taskId, volume: 'data' });
    return frameOf(role, 'orders', {});
  },
};

describe.each(PROCEDURE_PATHS)('%s', (path) => {
  it.each(ROLES)(`is open to the %s only if the matrix says so`, async (role) => {
    const [router = '', ...rest] = path.split(':');
    const type = SUBSCRIPTIONS.has(path) ? 'subscription' : QUERIES.has(path) ? 'query' : 'mutation';
    const caller =
      path === 'buyer:auth.signOut' ? await createRoleCaller(role, { url: stage.server.url, nodeSigner: cast.node.signer }) : callers[role];
    const outcome = await caller.call({ base: BASES[router] ?? '', path: rest.join(':'), type }, await INPUTS[path](role));
    if (caller !== callers[role]) await caller.close();
    const letIn = outcome.ok || outcome.code === LET_IN[path];
    expect({ letIn, outcome }).toEqual({ letIn: ACCESS_MATRIX[path][role], outcome });
  });
});
