import { dumpDatabase } from '@muster/db/testing/dump-database';
import { createEphemeral } from '@muster/protocol/crypto/mac';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { openRegistryCredentials, sealRegistryCredentials } from '@muster/protocol/images/registry-credentials';
import { signMessage, verifyEnvelope } from '@muster/protocol/messages/define-message';
import { EncryptionKeyStatement } from '@muster/protocol/messages/encryption-key-statement';
import type { AllocationStatus } from '@muster/protocol/messages/frames';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setUpStage, type Stage } from '../../testing/setup.ts';
import type { TestNode } from '../../testing/test-node.ts';
import type { ReceivedOrder, TestSession } from '../../testing/test-session.ts';
import { waitUntil } from '../../testing/wait-until.ts';

type Start = Extract<ReceivedOrder, { kind: 'start' }>;
interface Actor {
  node: TestNode;
  session: TestSession;
  privateKey: Uint8Array;
  say(start: Start, status: Partial<AllocationStatus>): Promise<void>;
}

let stage: Stage;
let runId: string;
let actors: Actor[];
const beating: NodeJS.Timeout[] = [];
const tasks = () => stage.buyer.client.task;
const digest = (byte: string) => `sha256:${byte.repeat(32)}`;

beforeAll(async () => {
  stage = await setUpStage();
  runId = await stage.createRun();
  actors = [await enter(), await enter()];
});
afterAll(async () => {
  beating.forEach((timer) => clearInterval(timer));
  await stage.stop();
});

async function enter(): Promise<Actor> {
  const node = await stage.createInvitedNode(runId);
  const session = await stage.openSession(node);
  beating.push(setInterval(() => void session.heartbeat().catch(() => undefined), 100));
  const { publicKey: encryptionKey, privateKey: key } = createEphemeral();
  const privateKey = new Uint8Array(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));
  const statement = { runId, node: node.address, seq: node.seq, encryptionKey, issuedAt: Date.now() };
  const keyStatement = signMessage(EncryptionKeyStatement, statement, { domain: stage.domain, signer: node.signer });
  await session.send('report', session.nextFrame('report', { orderIds: [], allocations: [], keyStatement }));
  return {
    node,
    session,
    privateKey,
    say: ({ body: { allocationId, epoch } }, status) => session.report({ allocations: [{ allocationId, epoch, ...status }] }),
  };
}

/** The start orders of a task, with who got each. */
async function startsOf(taskId: string, count: number): Promise<{ actor: Actor; start: Start }[]> {
  return waitUntil(`${count} start orders`, () => {
    const found = actors.flatMap((actor) =>
      actor.session.received.flatMap((order) => (order.kind === 'start' && order.body.taskId === taskId ? [{ actor, start: order }] : [])),
    );
    return found.length >= count && found;
  });
}

describe('the image of a task', () => {
  it('is pinned at once when the task names it by digest', async () => {
    const { taskId, imageDigest } = await tasks().create.mutate({ runId, spec: { image: `busybox@${digest('ab')}` } });
    expect(imageDigest).toBe(digest('ab'));
    const [first] = await startsOf(taskId, 1);
    expect(first?.start.body.imageDigest).toBe(digest('ab'));
    await tasks().stop.mutate({ taskId });
  });

  it('is what the first node started: a later order carries it; another one runs on, and the task says so', async () => {
    const spec = { image: 'busybox:1', replicas: 2, restart: { policy: 'on-failure', maxRetries: 3, backoff: '0s' } };
    const { taskId, imageDigest } = await tasks().create.mutate({ runId, spec });
    expect(imageDigest).toBeNull();
    const [first, second] = await startsOf(taskId, 2);
    if (!first || !second) throw new Error('not two orders');
    expect(first.start.body.imageDigest).toBeUndefined();
    // Words that cost nothing pin nothing: before its start, and of another epoch.
    await first.actor.say(first.start, { phase: 'Pulling', imageDigest: digest('99') });
    await first.actor.say(first.start, { phase: 'Running', epoch: 2, startedAt: Date.now(), imageDigest: digest('99') });
    expect((await tasks().get.query({ taskId })).imageDigest).toBeNull();
    await first.actor.say(first.start, { phase: 'Running', startedAt: Date.now(), imageDigest: digest('11') });
    await second.actor.say(second.start, { phase: 'Running', startedAt: Date.now(), imageDigest: digest('22') });
    expect((await tasks().get.query({ taskId })).imageDigest).toBe(digest('11'));

    const told = await waitUntil('the reason', async () => {
      const view = await tasks().get.query({ taskId });
      return view.phase === 'Running' && view.phaseReason !== null && view;
    });
    expect(told.phaseReason).toContain('a task that names a digest');
    expect(told.allocations.map(({ phase, desired, phaseReason }) => ({ phase, desired, phaseReason }))).toEqual(
      [1, 2].map(() => ({ phase: 'Running', desired: 'Running', phaseReason: null })),
    );

    await second.actor.say(second.start, { phase: 'Failed', exitCode: 1 });
    const starts = await startsOf(taskId, 3);
    expect(starts.find(({ start }) => start.body.epoch === 2)?.start.body.imageDigest).toBe(digest('11'));
    await waitUntil('nothing to say', async () => (await tasks().get.query({ taskId })).phaseReason === null);
    await tasks().stop.mutate({ taskId });
  });

  it('shows how far its pull is, fetching and unpacking', async () => {
    const { taskId } = await tasks().create.mutate({ runId, spec: { image: 'busybox:2' } });
    const [first] = await startsOf(taskId, 1);
    if (!first) throw new Error('no order');
    for (const pull of [
      { stage: 'download' as const, current: 5, total: 10 },
      { stage: 'extract' as const, current: 1, total: 10 },
    ]) {
      await first.actor.say(first.start, { phase: 'Pulling', pull });
      expect((await tasks().get.query({ taskId })).allocations).toMatchObject([{ phase: 'Pulling', pull }]);
    }
    await tasks().stop.mutate({ taskId });
  });
});

describe('registry credentials', () => {
  const secret = 'the-password-that-nobody-may-see';
  const credentials = { registry: 'ghcr.io', username: 'buyer', password: secret };

  async function sealFor(taskId: string, address: string) {
    const { items } = await stage.buyer.client.node.list.query({ runId });
    const statement = items.find(({ node }) => node === address)?.keyStatement;
    const { message } = unwrap(verifyEnvelope(EncryptionKeyStatement, statement, { domain: stage.domain, now: Date.now() }));
    const target = { domain: stage.domain, runId, taskId, node: message.node };
    const { encryptionKey } = message;
    return { node: message.node, encryptionKey, sealed: await sealRegistryCredentials(encryptionKey, credentials, target) };
  }

  it('go to the node that they are sealed to, which alone can open them; until then the task waits', async () => {
    const [, chosen] = actors;
    if (!chosen) throw new Error('no second node');
    const spec = { image: 'ghcr.io/org/private:1' };
    const { taskId } = await tasks().create.mutate({ runId, spec, needsCredentials: true });
    const waiting = await waitUntil('a reason', async () => {
      const view = await tasks().get.query({ taskId });
      return view.phaseReason !== null && view;
    });
    expect(waiting).toMatchObject({ phase: 'Pending', phaseReason: expect.stringContaining('lack its registry credentials') });
    expect(waiting.credentials).toEqual({ sealed: 0, unsealed: 2 });

    await tasks().seal.mutate({ taskId, credentials: [await sealFor(taskId, chosen.node.address)] });
    const [placed] = await startsOf(taskId, 1);
    if (!placed?.start.body.registryAuth) throw new Error('no credentials in the order');
    expect(placed.actor.node.address).toBe(chosen.node.address);
    const target = { domain: stage.domain, runId, taskId, node: chosen.node.address, registry: 'ghcr.io' };
    expect(unwrap(await openRegistryCredentials(chosen.privateKey, placed.start.body.registryAuth, target))).toEqual(credentials);
    expect((await tasks().get.query({ taskId })).credentials).toEqual({ sealed: 1, unsealed: 1 });
    const dump = await dumpDatabase(stage.database.db);
    expect(dump).toContain(placed.start.body.registryAuth);
    expect(dump).not.toContain(secret);
    await tasks().stop.mutate({ taskId });
  });

  it('are refused for a task that was made without, for a node that is none, and twice for one node', async () => {
    const { taskId } = await tasks().create.mutate({ runId, spec: { image: 'ghcr.io/org/open:1' } });
    const sealed = await sealFor(taskId, actors[0]?.node.address ?? '');
    const refusal = (id: string, credentials: (typeof sealed)[]) =>
      tasks()
        .seal.mutate({ taskId: id, credentials })
        .then(
          () => null,
          (error: unknown) => AppError.fromWire(error)?.code,
        );
    expect(await refusal(taskId, [sealed])).toBe('CONFLICT');
    const wanting = await tasks().create.mutate({ runId, spec: { image: 'ghcr.io/org/private:3' }, needsCredentials: true });
    expect(await refusal(wanting.taskId, [{ ...sealed, node: stage.chain.account('stranger').address }])).toBe('NOT_FOUND');
    expect(await refusal(wanting.taskId, [sealed, sealed])).toBe('BAD_INPUT');
    await tasks().stop.mutate({ taskId: wanting.taskId });
    await tasks().stop.mutate({ taskId });
  });

  it('are of no use once the node states another key', async () => {
    const [actor] = actors;
    if (!actor) throw new Error('no node');
    const { taskId } = await tasks().create.mutate({ runId, spec: { image: 'ghcr.io/org/private:2' }, needsCredentials: true });
    const other = { ...(await sealFor(taskId, actor.node.address)), encryptionKey: `0x${'77'.repeat(32)}` as const };
    await tasks().seal.mutate({ taskId, credentials: [other] });
    await waitUntil('a reason', async () => (await tasks().get.query({ taskId })).phaseReason !== null);
    expect((await tasks().get.query({ taskId })).allocations).toEqual([]);
    await tasks().stop.mutate({ taskId });
  });
});
