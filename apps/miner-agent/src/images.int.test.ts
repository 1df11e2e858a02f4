import { randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sealRegistryCredentials } from '@muster/protocol/images/registry-credentials';
import { checkKeyStatement } from '@muster/protocol/messages/encryption-key-statement';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { waitFor } from './testing/test-docker.ts';
import { busyboxLayer, digestOf, tarOf } from './testing/test-image.ts';
import { startTestRegistry, type TestRegistry } from './testing/test-registry.ts';
import { setUpStage, type TestStage } from './testing/test-stage.ts';

let stage: TestStage;
let registry: TestRegistry;
const credentials = { username: 'buyer', password: 'a-password-that-nobody-may-see' };
const say = (text: string) => ({ command: ['sh', '-c', `echo ${text}; sleep 100`] });

beforeEach(async () => {
  registry = await startTestRegistry();
  onTestFinished(() => registry.stop());
  stage = await setUpStage();
});

const statusOf = (allocationId: string) => stage.master.statuses.get(allocationId);
const pullsOf = (allocationId: string) =>
  stage.master.history.flatMap((status) => (status.allocationId === allocationId && status.pull ? [status.pull] : []));
const image = async (bytes: number) =>
  registry.add('team/img:1', {
    layers: [await tarOf({ note: randomBytes(50_000) }), await busyboxLayer(), await tarOf({ weights: randomBytes(bytes) })],
  });

/** As a buyer does it: to the key that the node has signed. */
async function sealed(taskId = randomUUID(), domain = registry.host) {
  const { domain: muster, runId, node } = stage;
  const envelope = await waitFor(() => stage.master.keyStatement());
  const statement = checkKeyStatement(envelope, { domain: muster, runId, node: node.address, now: Date.now() });
  if (!statement) throw new Error('no statement of the key');
  const target = { domain: muster, runId, taskId, node: node.address };
  return { taskId, registryAuth: await sealRegistryCredentials(statement.encryptionKey, { registry: domain, ...credentials }, target) };
}

async function everyFileIn(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return (await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')))).join('\n');
}

describe('an image on the whole agent', () => {
  it('is pulled with progress while heartbeats go on, survives a restart in its middle, and runs', async () => {
    const wanted = await image(3_000_000);
    const [small = '', busybox = '', large = ''] = wanted.layers.map(({ bytes }) => digestOf(bytes));
    const half = 1_500_000;
    registry.behaviour.crawlAfterBytes = half;
    const first = await stage.startServing();
    const startedAt = performance.now();
    const { allocationId } = stage.place({ image: wanted.reference, ...say('hello') });
    const before = wanted.layers.slice(0, 2).reduce((sum, { bytes }) => sum + bytes.length, 0);
    const crawled = () => {
      const told = pullsOf(allocationId).flatMap(({ stage: at, current }) => (at === 'download' ? [current] : []));
      return [...new Set(told)].filter((current) => current >= before + half);
    };
    await waitFor(() => crawled().some((current) => current >= before + half + 40_000));
    // At a rate that a master can bear, however often a byte comes: twice a second.
    expect(crawled().length).toBeLessThan(2 + (performance.now() - startedAt) / 500);
    const beats = stage.master.heartbeats();
    await waitFor(() => stage.master.heartbeats() > beats + 1);
    expect(statusOf(allocationId)?.phase).toBe('Pulling');
    await first.stop();
    registry.behaviour.crawlAfterBytes = null;

    stage.start();
    await waitFor(() => statusOf(allocationId)?.phase === 'Running');
    expect(statusOf(allocationId)).toMatchObject({ imageDigest: wanted.digest, imageId: digestOf(wanted.config.bytes) });
    expect([small, busybox, large].map((digest) => registry.fetchesOf(digest))).toEqual([1, 1, 2]);
    expect(registry.requests.findLast(({ path }) => path.endsWith(large))).toMatchObject({ status: 206 });
  });

  it('is given up when the task is stopped', async () => {
    const wanted = await image(3_000_000);
    registry.behaviour.crawlAfterBytes = 300_000;
    await stage.startServing();
    const { allocationId } = stage.place({ image: wanted.reference, ...say('never') });
    const big = digestOf(wanted.layers[2]?.bytes ?? Buffer.alloc(0));
    await waitFor(() => pullsOf(allocationId).length > 1 && registry.fetchesOf(big) === 1);
    stage.master.order(stage.node.address, 'stop', { allocationId, epoch: 1, graceMs: 0, reason: 'the buyer stopped it' });
    await waitFor(() => statusOf(allocationId)?.phase === 'Cancelled');
    const ended = await waitFor(() => registry.requests.find(({ path, status }) => path.endsWith(big) && status !== 0));
    expect(ended.method).toBe('GET');
    expect(statusOf(allocationId)?.containerId).toBeUndefined();
  });

  it('is pulled with credentials that were sealed for it; they are nowhere in clear', async () => {
    const wanted = await image(100_000);
    registry.behaviour.auth = { kind: 'token', ...credentials };
    const life = await stage.startServing();
    const bare = stage.place({ image: wanted.reference });
    await waitFor(() => statusOf(bare.allocationId)?.error?.code === 'REGISTRY_AUTH_REQUIRED');

    const { allocationId } = stage.place({ image: wanted.reference, ...say('hello') }, await sealed());
    await waitFor(() => statusOf(allocationId)?.phase === 'Running');
    // Or files would go while they are read.
    await life.stop();
    const written = `${JSON.stringify(life.events)}\n${JSON.stringify(stage.master.history)}\n${await everyFileIn(stage.dataDir)}`;
    expect(written).toContain(allocationId);
    expect(written).not.toContain(credentials.password);
    expect(written).not.toContain(Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64'));
  });

  it('is refused with credentials for another task, or another registry', async () => {
    const wanted = await image(100_000);
    registry.behaviour.auth = { kind: 'basic', ...credentials };
    await stage.startServing();
    const { registryAuth } = await sealed();
    const stolen = stage.place({ image: wanted.reference }, { taskId: randomUUID(), registryAuth });
    const astray = stage.place({ image: wanted.reference }, await sealed(undefined, 'ghcr.io'));
    for (const { allocationId } of [stolen, astray])
      await waitFor(() => statusOf(allocationId)?.error?.code === 'REGISTRY_CREDENTIALS_INVALID');
    expect(registry.requests).toEqual([]);
  });
});
