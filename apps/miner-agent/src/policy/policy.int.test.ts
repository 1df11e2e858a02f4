import { randomUUID } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMinerClient } from '@muster/api/miner';
import { canonicalJson } from '@muster/protocol/canonical-json';
import { AppError } from '@muster/protocol/errors/app-error';
import { Challenge } from '@muster/protocol/messages/challenge';
import { signMessage } from '@muster/protocol/messages/define-message';
import { audienceOfAddress, newHeader } from '@muster/protocol/messages/header';
import { describe, expect, it } from 'vitest';
import { LABEL } from '../reconcile/labels.ts';
import { testRuntime, waitFor } from '../testing/test-docker.ts';
import { setUpStage, type TestStage } from '../testing/test-stage.ts';

const runtime = testRuntime();
const SLEEP = ['sh', '-c', 'trap "exit 0" TERM; sleep 600 & wait'];
const small = { cpu: 0.1, memoryBytes: 16 * 1024 * 1024, diskBytes: 1024 };
let stage: TestStage;

/** An agent that serves under this policy. */
async function setUp(policy: string) {
  stage = await setUpStage();
  const write = async (text: string) => {
    await writeFile(join(stage.dataDir, 'next'), text);
    await rename(join(stage.dataDir, 'next'), join(stage.dataDir, 'policy.yaml'));
  };
  await write(policy);
  const life = await stage.startServing();
  return { ...stage, life, write };
}

const resultOf = (orderId: string) => waitFor(() => stage.master.results.get(orderId));
const isRunning = (allocationId: string) => waitFor(() => stage.master.statuses.get(allocationId)?.phase === 'Running');
const containers = () => runtime.listContainers({ [LABEL.node]: stage.node.address });

describe('the policy of the owner', () => {
  it('refuses before anything is done, with the rule that forbids it', async () => {
    const { place } = await setUp(`
images: { allow: [muster/demo, ghcr.io/org] }
limits: { each: { cpu: 0.5, memory: 64MiB } }
features: { egress: refuse }
`);
    const refusals = [
      [{ image: 'busybox', resources: small }, 'does not allow the image busybox; allowed: muster/demo, ghcr.io/org'],
      [{ resources: { ...small, cpu: 0.75 } }, 'gives at most 0.5 cpu to one task; 0.75 are asked for'],
      [{ resources: { ...small, memoryBytes: 128 * 1024 * 1024 } }, 'gives at most 64MiB of memory to one task; 128MiB are asked for'],
      [{ resources: small, network: 'egress' as const }, 'does not let containers connect out'],
    ] as const;
    for (const [spec, message] of refusals) {
      const { orderId } = place(spec);
      expect(await resultOf(orderId)).toMatchObject({
        ok: false,
        error: { code: 'POLICY_REFUSED', message: expect.stringContaining(message) },
      });
    }
    const { orderId } = place({ resources: { ...small, gpu: { count: 1 } } });
    expect(await resultOf(orderId)).toMatchObject({
      ok: false,
      error: { code: 'GPU_UNAVAILABLE', message: 'The node cannot give gpu: the machine has no NVIDIA GPU' },
    });
    expect(await containers()).toEqual([]);
    const { allocationId } = place({ command: SLEEP, resources: small });
    await isRunning(allocationId);
  });

  it('promises no more than there is, gives back what has ended, and tells the master its offer', async () => {
    const { place, master, node } = await setUp('limits: { all: { cpu: 0.25 }, allocations: 2 }');
    const first = place({ command: SLEEP, resources: small });
    const second = place({ command: SLEEP, resources: small });
    await isRunning(first.allocationId);
    await isRunning(second.allocationId);
    const third = place({ command: SLEEP, resources: small });
    expect(await resultOf(third.orderId)).toMatchObject({
      error: { code: 'RESOURCES_EXHAUSTED', message: 'The node runs 2 allocations, and takes 2 at most' },
    });
    expect(await waitFor(() => master.lastHeartbeat()?.offer)).toMatchObject({
      capacity: { cpu: 0.25, gpus: [] },
      maxAllocations: 2,
      features: { gpu: false, root: false, ports: false },
      accepting: true,
    });
    master.order(node.address, 'stop', { allocationId: first.allocationId, epoch: 1, graceMs: 1_000, reason: 'enough' });
    await waitFor(() => master.statuses.get(first.allocationId)?.phase === 'Cancelled');
    expect(await resultOf(place({ resources: { ...small, cpu: 0.2 } }).orderId)).toMatchObject({
      error: { code: 'RESOURCES_EXHAUSTED', message: '0.15 of 0.25 cpu are left, 0.2 are asked for' },
    });
    await isRunning(place({ command: SLEEP, resources: small }).allocationId);
  });

  it('tells how busy the machine and its containers are', async () => {
    const { place, master } = await setUp('');
    const { allocationId } = place({ command: ['sh', '-c', 'while true; do :; done'], resources: { ...small, cpu: 0.3 } });
    const usageNow = () => master.lastHeartbeat()?.allocations.find((one) => one.allocationId === allocationId)?.usage;
    // Never more than its quota allows, read twice with five seconds between; how much it gets, and when it begins, is up to whoever else works on the machine.
    const usage = await waitFor(() => ((usageNow()?.cpu ?? 0) > 0.01 ? usageNow() : null));
    expect(usage.cpu).toBeLessThan(0.5);
    expect(usage.memoryBytes).toBeGreaterThan(0);
    expect(usage.memoryBytes).toBeLessThan(small.memoryBytes);
    expect(usage).toMatchObject({ rxBytesPerSecond: 0, txBytesPerSecond: 0 });
    // Its counters shrink when an interface goes, and then there is no rate for one beat.
    expect(await waitFor(() => master.lastHeartbeat()?.usage.rxBytesPerSecond)).toBeGreaterThanOrEqual(0);
  });

  it('has the same books after a restart of the agent', async () => {
    const { place, life, start, master } = await setUp('limits: { allocations: 2, all: { disk: 3GB } }');
    const large = { ...small, diskBytes: 2e9 };
    const write = 'dd if=/dev/zero of=/data/written bs=1M count=64; trap "exit 0" TERM; sleep 600 & wait';
    const { allocationId } = place({ command: ['sh', '-c', write], volumes: [{ name: 'data', path: '/data' }], resources: large });
    await isRunning(allocationId);
    // What it writes is of what it was promised, and what another asks for is not there, before and after.
    const shortage = { error: { code: 'RESOURCES_EXHAUSTED', message: '1GB of 3GB disk are left, 2GB are asked for' } };
    expect(await resultOf(place({ resources: large }).orderId)).toMatchObject(shortage);
    const before = await waitFor(() => master.lastHeartbeat()?.offer?.capacity);
    await life.stop();
    const beats = master.heartbeats();
    const again = start();
    await again.event('session.opened');
    expect(await resultOf(place({ resources: large }).orderId)).toMatchObject(shortage);
    expect(await waitFor(() => master.heartbeats() > beats && master.lastHeartbeat()?.offer?.capacity)).toEqual(before);
    expect(before.diskBytes).toBe(3e9);
    expect(master.statuses.get(allocationId)?.phase).toBe('Running');
    await isRunning(place({ command: SLEEP, resources: small }).allocationId);
    expect(await resultOf(place({ resources: small }).orderId)).toMatchObject({
      error: { code: 'RESOURCES_EXHAUSTED', message: 'The node runs 2 allocations, and takes 2 at most' },
    });
  });

  it('is read again when the file changes; maintenance ends what runs, and takes nothing new', async () => {
    const { place, write, life, master } = await setUp('');
    const { allocationId } = place({ command: SLEEP, resources: small });
    await isRunning(allocationId);
    await write('maintenance: { timezone: UTC, windows: [{ from: "00:00", to: "24:00" }], drain: true }');
    await life.event('policy.drained');
    await waitFor(() => master.statuses.get(allocationId)?.phase === 'Cancelled');
    expect(master.statuses.get(allocationId)).toMatchObject({ reason: expect.stringContaining("drained by the node's owner") });
    expect(await resultOf(place({ resources: small }).orderId)).toMatchObject({
      error: { code: 'NODE_NOT_READY', message: expect.stringContaining('maintenance (daily 00:00–24:00, UTC)') },
    });
    expect(await waitFor(() => !master.lastHeartbeat()?.offer?.accepting && master.lastHeartbeat()?.offer)).toMatchObject({
      reason: 'maintenance (daily 00:00–24:00, UTC)',
    });
    const loads = () => life.events.filter(({ event }) => event === 'policy.loaded').length;
    const before = loads();
    process.emit('SIGHUP');
    expect(await waitFor(() => loads() > before && 'read again')).toBe('read again');
  });

  it('spends no gas on the run of a buyer that the owner does not serve', async () => {
    stage = await setUpStage();
    const { chain, dataDir, start } = stage;
    await writeFile(join(dataDir, 'policy.yaml'), `buyers: { block: [${chain.account('buyer').address}] }`);
    expect(await start().ended).toMatchObject({
      code: 'POLICY_REFUSED',
      publicMessage: expect.stringContaining('takes no work of the buyer'),
    });
    expect(await chain.client.getTransactionCount({ address: chain.account('provider').address })).toBe(0);
  });

  it('holds for the containers of validators', async () => {
    const { life, validator, runId, node, domain } = await setUp('images: { allow: [ghcr.io/org] }');
    const now = Date.now();
    const header = newHeader({ runId, sender: validator.address, audience: audienceOfAddress(node.address), now, ttlMs: 60_000 });
    const params = canonicalJson({
      image: 'muster/demo:latest',
      command: ['sh', '-c', 'echo hi'],
      timeoutMs: 10_000,
      nonce: randomUUID().replaceAll('-', ''),
    });
    const envelope = signMessage(Challenge, { ...header, seq: 1, round: 2, kind: 'container', params }, { domain, signer: validator });
    const answer = createMinerClient({ endpoint: life.endpoint, fetch }).challenge.mutate({ envelope });
    const error = await answer.then(
      () => null,
      (thrown: unknown) => AppError.fromWire(thrown),
    );
    expect(error).toMatchObject({ code: 'POLICY_REFUSED', publicMessage: expect.stringContaining('allowed: ghcr.io/org') });
    expect(await containers()).toEqual([]);
  });
});
