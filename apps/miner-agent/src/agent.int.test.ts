import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { closeRun } from '@muster/chain/actions/close-run';
import { getRegistration } from '@muster/chain/actions/get-registration';
import { setMaster } from '@muster/chain/actions/set-master';
import { createMinerClient } from '@muster/api/miner';
import { canonicalJson } from '@muster/protocol/canonical-json';
import { createSigner, type Signer } from '@muster/protocol/crypto/signer';
import { AppError } from '@muster/protocol/errors/app-error';
import { Challenge } from '@muster/protocol/messages/challenge';
import { ChallengeAnswer } from '@muster/protocol/messages/challenge-answer';
import { signMessage, verifyEnvelope } from '@muster/protocol/messages/define-message';
import { audienceOfAddress, newHeader } from '@muster/protocol/messages/header';
import { describe, expect, it } from 'vitest';
import { LABEL } from './reconcile/labels.ts';
import { signalContainer, testRuntime, waitFor } from './testing/test-docker.ts';
import { setUpStage, type StageOptions, type TestStage } from './testing/test-stage.ts';

const runtime = testRuntime();
const shell = (script: string) => ['sh', '-c', script];
let stage: TestStage;
const setUp = async (options?: StageOptions) => (stage = await setUpStage(options));

const containersOf = (allocationId: string) =>
  runtime.listContainers({ [LABEL.node]: stage.node.address, [LABEL.allocation]: allocationId });
const phaseOf = (allocationId: string) => stage.master.statuses.get(allocationId)?.phase;
const refusalOf = async (call: Promise<unknown>) =>
  AppError.fromWire(
    await call.then(
      () => null,
      (error: unknown) => error,
    ),
  )?.code;
const strangerKey = (): Signer => createSigner(`0x${randomBytes(32).toString('hex')}`);

const challenge = async (
  endpoint: string,
  kind: string,
  params: unknown,
  change: { by?: Signer; seq?: number; round?: number; now?: number; ttlMs?: number } = {},
) => {
  const { by = stage.validator, seq = 1, round = 1, now = Date.now(), ttlMs = 60_000 } = change;
  const header = newHeader({
    runId: stage.runId,
    sender: by.address,
    audience: audienceOfAddress(stage.node.address),
    now,
    ttlMs,
  });
  const envelope = signMessage(
    Challenge,
    { ...header, seq, round, kind, params: canonicalJson(params) },
    { domain: stage.domain, signer: by },
  );
  const client = createMinerClient({ endpoint, fetch });
  return { envelope, client, answer: client.challenge.mutate({ envelope }) };
};

describe('registering', () => {
  it('registers, announces a document with the registered hash, and resumes after a restart without paying again', async () => {
    const { chain, runId, node, start, master } = await setUp({ requirements: 'cpu: 1.., memory: 256MiB..' });
    const life = start();
    await life.event('announced');
    const registration = await getRegistration({ client: chain.client, registry: chain.addresses.registry }, runId, node.address);
    expect(registration).toMatchObject({ seq: 1, standing: 'Pending', provider: chain.account('provider').address });
    expect(master.announcements[0]).toMatchObject({ sender: node.address, seq: 1, capabilitiesHash: registration?.capabilitiesHash });
    await life.stop();
    const sent = await chain.client.getTransactionCount({ address: chain.account('provider').address });

    const again = start();
    expect(await again.event('registered')).toMatchObject({ resumed: true, seq: 1 });
    await again.event('announced');
    expect(await chain.client.getTransactionCount({ address: chain.account('provider').address })).toBe(sent);
    expect(master.announcements[1]?.sequence).toBeGreaterThan(master.announcements[0]?.sequence ?? Infinity);
  });

  it('spends nothing on a run whose requirements the machine does not meet', async () => {
    const { chain, start } = await setUp({ requirements: 'cpu: 100000..' });
    const error = await start().ended;
    expect(error).toMatchObject({ code: 'REQUIREMENTS_UNMET', publicMessage: expect.stringContaining('cpu') });
    expect(await chain.client.getTransactionCount({ address: chain.account('provider').address })).toBe(0);
  });

  it('says so when the run is unknown, or closed', async () => {
    const { chain, runId, start } = await setUp();
    expect(await start({ MUSTER_RUN_ID: '77' }).ended).toMatchObject({ code: 'RUN_UNKNOWN' });
    await closeRun({ sender: chain.sender('buyer'), registry: chain.addresses.registry }, { runId });
    expect(await start().ended).toMatchObject({ code: 'RUN_CLOSED' });
  });

  it('prints a consent link without the provider key, and goes on when the provider has used it', async () => {
    const { chain, runId, node, start } = await setUp();
    const provider = chain.account('provider').address;
    const life = start({ MUSTER_PROVIDER_KEY: '', MUSTER_PROVIDER: provider, MUSTER_DASHBOARD_URL: 'http://127.0.0.1:3000' });
    const link = String((await life.event('consent.offered'))['link']);
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:3000\/nodes\/register#/);
    const consent = JSON.parse(Buffer.from(link.split('#')[1] ?? '', 'base64url').toString());
    expect(consent).toMatchObject({ runId, node: node.address, provider, seq: 1 });

    const { register } = await import('@muster/chain/actions/register');
    const writer = { sender: chain.sender('provider'), registry: chain.addresses.registry };
    await register(writer, { ...consent, deadline: BigInt(consent.deadline) });
    expect(await life.event('registered')).toMatchObject({ seq: 1, provider });
    await life.event('announced');
  });

  it('does not take the node key of another provider', async () => {
    const { chain, start } = await setUp();
    const life = start();
    await life.event('registered');
    await life.stop();
    const stranger = chain.account('stranger').address;
    expect(await start({ MUSTER_PROVIDER_KEY: '', MUSTER_PROVIDER: stranger }).ended).toMatchObject({
      code: 'NODE_OWNED_BY_ANOTHER_PROVIDER',
      publicMessage: expect.stringContaining(chain.account('provider').address),
    });
  });

  it('waits for an RPC that does not answer, and says so', async () => {
    const { start } = await setUp();
    const life = start({ MUSTER_RPC_URL: 'http://127.0.0.1:9' });
    expect(await life.event('rpc.unavailable')).toMatchObject({ retryInMs: expect.any(Number) });
    await life.stop();
  });
});

describe('challenges', () => {
  const resultOf = async (endpoint: string, kind: string, params: unknown) => {
    const { answer } = await challenge(endpoint, kind, params);
    const { envelope } = await answer;
    const audience = audienceOfAddress(stage.validator.address);
    const verified = verifyEnvelope(ChallengeAnswer, envelope, {
      domain: stage.domain,
      now: Date.now(),
      audience,
      expectedSigner: stage.node.address,
    });
    if (!verified.ok) throw verified.error;
    return JSON.parse(verified.value.message.result);
  };

  it('answers each kind by a signed result, and refuses strangers, replays, other rounds and unknown kinds', async () => {
    const { start, chain, runId, node } = await setUp();
    const life = start();
    await life.event('announced');
    const endpoint = String((await life.event('ready'))['endpoint']);
    const registration = await getRegistration({ client: chain.client, registry: chain.addresses.registry }, runId, node.address);

    expect(await resultOf(endpoint, 'identity', {})).toMatchObject({ capabilitiesHash: registration?.capabilitiesHash });
    const nonce = randomBytes(16).toString('hex');
    const command = ['sh', '-c', 'printf %s "$1" | sha256sum; id -u', 'challenge', nonce];
    const { exitCode, stdout } = await resultOf(endpoint, 'container', { image: 'muster/demo:latest', command, nonce, timeoutMs: 20_000 });
    expect(exitCode).toBe(0);
    expect(stdout.split(/\s+/)).toEqual([createHash('sha256').update(nonce).digest('hex'), '-', '65532', '']);
    expect(await runtime.listContainers({ [LABEL.node]: node.address })).toEqual([]);

    expect(await refusalOf((await challenge(endpoint, 'identity', {}, { by: strangerKey() })).answer)).toBe('NOT_A_VALIDATOR');
    expect(await refusalOf((await challenge(endpoint, 'identity', {}, { seq: 2 })).answer)).toBe('STALE_REGISTRATION');
    expect(await refusalOf((await challenge(endpoint, 'identity', {}, { round: 9 })).answer)).toBe('STALE_REGISTRATION');
    expect(await refusalOf((await challenge(endpoint, 'tarot', {})).answer)).toBe('CHALLENGE_KIND_UNKNOWN');
    expect(await refusalOf((await challenge(endpoint, 'container', { image: 'x' })).answer)).toBe('BAD_INPUT');
    const once = await challenge(endpoint, 'identity', {});
    await once.answer;
    expect(await refusalOf(once.client.challenge.mutate({ envelope: once.envelope }))).toBe('NONCE_REPLAYED');
    await life.stop();
    const again = String((await start().event('ready'))['endpoint']);
    expect(await refusalOf(createMinerClient({ endpoint: again, fetch }).challenge.mutate({ envelope: once.envelope }))).toBe(
      'NONCE_REPLAYED',
    );
  });
});

describe('a challenge out of time', () => {
  it('is refused when it arrives expired, with the clock to sign it by; one that expires under way leaves no container', async () => {
    const { start, node } = await setUp();
    const life = start();
    await life.event('announced');
    const endpoint = String((await life.event('ready'))['endpoint']);
    const late = AppError.fromWire(
      await (await challenge(endpoint, 'identity', {}, { now: Date.now() - 70_000 })).answer.catch((error: unknown) => error),
    );
    expect(late).toMatchObject({ code: 'MESSAGE_EXPIRED', hint: expect.stringContaining('clock'), data: { now: expect.any(Number) } });

    const params = { image: 'muster/demo:latest', command: ['sleep', '60'], nonce: '00'.repeat(16), timeoutMs: 20_000 };
    expect(await refusalOf((await challenge(endpoint, 'container', params, { ttlMs: 5_000 })).answer)).toBe('CHALLENGE_EXPIRED');
    expect(await life.event('challenge.refused', ({ code }) => code === 'CHALLENGE_EXPIRED')).toMatchObject({
      err: { hint: expect.any(String) },
    });
    expect(await runtime.listContainers({ [LABEL.node]: node.address })).toEqual([]);
  });
});

describe('invites', () => {
  it('takes only the invite of the present master, for this registration, once approved', async () => {
    const { start, master, node, approve, chain, runId } = await setUp();
    const life = start();
    const endpoint = String((await life.event('ready'))['endpoint']);
    await life.event('announced');
    expect(await refusalOf(master.invite(endpoint, node.address))).toBe('NOT_APPROVED');
    await approve();
    expect(await refusalOf(master.invite(endpoint, node.address, { by: strangerKey() }))).toBe('INVITE_FORGED');
    expect(await refusalOf(master.invite(endpoint, node.address, { audience: audienceOfAddress(chain.account('stranger').address) }))).toBe(
      'AUDIENCE_WRONG',
    );
    expect(await refusalOf(master.invite(endpoint, node.address, { runId: '2' }))).toBe('AUDIENCE_WRONG');
    expect(await refusalOf(master.invite(endpoint, node.address, { seq: 3 }))).toBe('STALE_REGISTRATION');
    expect(await refusalOf(master.invite(endpoint, node.address, { issuedAt: Date.now() - 10_000, expiresAt: Date.now() - 5_000 }))).toBe(
      'MESSAGE_EXPIRED',
    );
    expect(await master.invite(endpoint, node.address)).toMatchObject({ sender: node.address, seq: 1 });
    expect(await life.event('invite.verified')).toMatchObject({ runId, node: node.address, masterEpoch: 1 });

    await setMaster(
      { sender: chain.sender('buyer'), registry: chain.addresses.registry },
      { runId, master: chain.account('stranger').address },
    );
    expect(await refusalOf(master.invite(endpoint, node.address))).toBe('INVITE_STALE_MASTER');
    await life.event('master.changed');
  });
});

describe('serving', () => {
  it('runs a task to its end, with status, logs and exit code', async () => {
    const { startServing, place, master, node } = await setUp();
    const life = await startServing();
    const { allocationId, orderId } = place({ command: shell('echo one; echo two; exit 5') });
    expect(await life.event('order.received')).toMatchObject({ orderId, kind: 'start' });
    await waitFor(() => phaseOf(allocationId) === 'Failed');
    expect(master.statuses.get(allocationId)).toMatchObject({ exitCode: 5, error: { code: 'CONTAINER_EXITED' } });
    expect(master.results.get(orderId)).toEqual({ orderId, ok: true });
    await waitFor(() => master.linesOf(allocationId).length === 2);
    expect(master.linesOf(allocationId)).toEqual(['one', 'two']);
    await waitFor(async () => (await containersOf(allocationId)).length === 0);
    const beats = master.heartbeats();
    await waitFor(() => master.heartbeats() > beats + 2);
    const unknown = master.order(node.address, 'stop', { allocationId: randomUUID(), epoch: 1, graceMs: 0, reason: 'x' });
    expect(await waitFor(() => master.results.get(unknown))).toMatchObject({ ok: false, error: { code: 'ALLOCATION_UNKNOWN' } });
  });

  it('survives its own restart and the master’s: same container, one session after the other, no line lost or doubled', async () => {
    const { startServing, start, place, master, node } = await setUp();
    const life = await startServing();
    const { allocationId } = place({ command: shell('i=0; while [ $i -lt 100 ]; do i=$((i+1)); echo $i; sleep 0.08; done') });
    await waitFor(() => master.linesOf(allocationId).length > 5);
    const [before] = await containersOf(allocationId);
    await life.stop();
    expect((await containersOf(allocationId))[0]?.state).toBe('running');

    const second = start();
    await second.event('session.opened', ({ generation }) => Number(generation) > 1);
    await master.close();
    await second.event('session.lost');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await master.listen();
    await waitFor(() => phaseOf(allocationId) === 'Succeeded');
    await waitFor(() => master.linesOf(allocationId).length >= 100);
    expect(master.linesOf(allocationId)).toEqual(Array.from({ length: 100 }, (_, i) => String(i + 1)));
    expect(master.sequencesOf(allocationId)).toEqual(master.sequencesOf(allocationId).map((_, i) => i + 1));
    expect(master.statuses.get(allocationId)?.containerId).toBe(before?.id);
    // The link was cut, not the session.
    expect(master.generation()).toBe(2);
    expect(node.address).toBe(master.announcements[0]?.sender);
  });

  it('opens a new session when the master no longer knows the old one', async () => {
    const { startServing, master } = await setUp();
    const life = await startServing();
    master.forgetSession();
    await life.event('session.opened', ({ generation }) => generation === 2);
    const beats = master.heartbeats();
    expect(await waitFor(() => master.heartbeats() > beats)).toBe(true);
  });

  it('restarts, inspects and syncs as ordered, and signs for the snapshot', async () => {
    const { startServing, place, master, node } = await setUp();
    await startServing();
    const { allocationId, taskId } = place({
      command: shell('echo precious > /data/file; echo begin; while :; do sleep 0.2; done'),
      volumes: [{ name: 'data', path: '/data' }],
    });
    await waitFor(() => phaseOf(allocationId) === 'Running' && master.linesOf(allocationId).length === 1);
    master.order(node.address, 'restart', { allocationId, epoch: 1, graceMs: 500 });
    await waitFor(() => master.linesOf(allocationId).length === 2);
    await waitFor(() => master.statuses.get(allocationId)?.restarts === 1);
    const seen = master.history.length;
    const inspected = master.order(node.address, 'inspect', { allocationId, epoch: 1, tailLines: 10 });
    await waitFor(() => master.results.get(inspected)?.ok && master.history.length > seen);

    const snapshotId = randomUUID();
    const synced = master.order(node.address, 'sync', { allocationId, epoch: 1, volume: 'data', snapshotId });
    const ack = await waitFor(() => master.acks[0]);
    expect(ack).toMatchObject({ orderId: synced, allocationId, volume: 'data', snapshotId });
    const blob = master.blobs.get(ack.sha256);
    expect(blob?.length).toBe(ack.sizeBytes);
    expect(blob?.includes('precious')).toBe(true);
    await waitFor(() => master.results.get(synced)?.ok);
    const wrong = master.order(node.address, 'sync', { allocationId, epoch: 1, volume: 'other', snapshotId: randomUUID() });
    expect(await waitFor(() => master.results.get(wrong))).toMatchObject({ ok: false, error: { code: 'VOLUME_UNKNOWN' } });
    expect(
      await refusalOf(
        runtime.prepareVolume({
          name: `muster-${taskId}-0-data`,
          labels: { a: 'b' },
          helperLabels: {},
          image: 'muster/demo:latest',
          owner: { uid: 1, gid: 1 },
        }),
      ),
    ).toBe('CONTAINER_START_FAILED');
  });

  it('refuses orders of a stale epoch and of another signer', async () => {
    const { startServing, place, master, node } = await setUp();
    const life = await startServing();
    const { allocationId } = place({ command: shell('sleep 100') });
    await waitFor(() => phaseOf(allocationId) === 'Running');
    const stale = master.order(node.address, 'stop', { allocationId, epoch: 0, graceMs: 0, reason: 'x' });
    expect(await waitFor(() => master.results.get(stale))).toMatchObject({ ok: false, error: { code: 'STALE_EPOCH' } });
    expect((await containersOf(allocationId))[0]?.state).toBe('running');
    expect(life.events.some(({ event, code }) => event === 'order.refused' && code === 'STALE_EPOCH')).toBe(true);
  });

  it('drains: stops what runs by the deadline and takes nothing new', async () => {
    const { startServing, place, master, node } = await setUp();
    await startServing();
    const { allocationId } = place({ command: shell('trap "exit 0" TERM; while :; do sleep 0.1; done') });
    await waitFor(() => phaseOf(allocationId) === 'Running');
    master.order(node.address, 'drain', { reason: 'maintenance', deadlineMs: Date.now() + 1_500 });
    const late = place({ command: shell('sleep 1') });
    expect(await waitFor(() => master.results.get(late.orderId))).toMatchObject({ ok: false, error: { code: 'NODE_NOT_READY' } });
    await waitFor(() => phaseOf(allocationId) === 'Cancelled');
  });

  it('stops nothing that a later page of the wanted orders names', async () => {
    const { startServing, place, master } = await setUp();
    await startServing();
    const placed = [1, 2, 3].map(() => place({ command: shell('sleep 100') }).allocationId);
    const containerOf = (id: string) => master.statuses.get(id)?.containerId;
    await waitFor(() => placed.every((id) => phaseOf(id) === 'Running'));
    const before = placed.map(containerOf);
    const reports = master.history.length;
    master.forgetSession();
    // A new session has every status told anew.
    await waitFor(() => placed.every((id) => master.history.slice(reports).some(({ allocationId }) => allocationId === id)));
    expect(placed.map((id) => [phaseOf(id), containerOf(id)])).toEqual(before.map((id) => ['Running', id]));
  });

  it('stops what the master no longer names when a session opens', async () => {
    const { startServing, place, master } = await setUp();
    await startServing();
    const { allocationId } = place({ command: shell('sleep 100') });
    await waitFor(() => phaseOf(allocationId) === 'Running');
    master.forgetOrders();
    master.forgetSession();
    await waitFor(() => phaseOf(allocationId) === 'Lost');
    expect(await waitFor(async () => (await containersOf(allocationId)).length === 0)).toBe(true);
  });

  it('stops its containers when the master has been silent for too long, and not before', async () => {
    const lostAfterMs = 5_000;
    const { startServing, place, master } = await setUp({ lostAfterMs });
    const life = await startServing();
    const { allocationId } = place({ command: shell('sleep 100') });
    await waitFor(() => phaseOf(allocationId) === 'Running' && master.beatTimes.length > 3);
    await master.close();
    const { seenAt } = await life.event('fenced');
    // The last beat may have got no answer, and the one before it was sent once the one before that had come.
    expect(seenAt - (master.beatTimes.at(-3) ?? Infinity)).toBeGreaterThanOrEqual(lostAfterMs);
    await waitFor(async () => (await containersOf(allocationId)).length === 0);
    const events = life.events.map(({ event }) => event);
    expect(events.indexOf('container.stopping')).toBeGreaterThan(events.indexOf('fenced'));
    await master.listen();
    await waitFor(() => phaseOf(allocationId) === 'Lost');
  });

  it('ends gracefully when the run is closed, and leaves nothing of it on the machine', async () => {
    const { startServing, place, chain, runId } = await setUp();
    const life = await startServing();
    const { allocationId } = place({
      command: shell('trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.1; done'),
      volumes: [{ name: 'data', path: '/data' }],
    });
    await waitFor(() => stage.master.linesOf(allocationId).length === 1);
    await closeRun({ sender: chain.sender('buyer'), registry: chain.addresses.registry }, { runId });
    expect(await life.event('ended')).toMatchObject({ standing: 'Closed' });
    expect(await life.ended).toBeNull();
    expect(phaseOf(allocationId)).toBe('Cancelled');
    expect(stage.master.linesOf(allocationId)).toEqual(['up', 'bye']);
    expect(await containersOf(allocationId)).toEqual([]);
    expect(await runtime.listVolumes({ [LABEL.node]: stage.node.address })).toEqual([]);
  });

  it('leaves no container when told to stop them on exit, and begins none while it does', async () => {
    const { startServing, place, master } = await setUp();
    const life = await startServing({ MUSTER_STOP_CONTAINERS_ON_EXIT: '1' });
    const untilTold = 'trap "" TERM; trap "exit 0" USR1; echo up; while :; do sleep 0.1; done';
    const { allocationId } = place({ command: shell(untilTold), network: 'egress', graceMs: 60_000 });
    await waitFor(() => master.linesOf(allocationId).includes('up'));
    const [{ id = '' } = {}] = await containersOf(allocationId);
    const stopped = life.stop();
    await life.event('container.stopping');
    const another = place({ command: shell('sleep 100') });
    expect(await waitFor(() => master.results.get(another.orderId))).toMatchObject({ ok: false, error: { code: 'NODE_NOT_READY' } });
    await signalContainer(id, 'SIGUSR1');
    await stopped;
    expect(await containersOf(another.allocationId)).toEqual([]);
    expect(await containersOf(allocationId)).toEqual([]);
    expect(await runtime.listNetworks({ [LABEL.node]: stage.node.address })).toEqual([]);
    expect(phaseOf(allocationId)).toBe('Lost');
  });
});
