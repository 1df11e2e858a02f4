import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { TaskSpec } from '@muster/protocol/task-spec/task-spec';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import { bundleProgram, type BundledProgram } from '../testing/bundle-program.ts';
import { startBench, type BenchOptions } from '../testing/reconcile-bench.ts';
import { randomNode, removeEverythingOf, testRuntime, waitFor } from '../testing/test-docker.ts';
import { digestOf, tarOf } from '../testing/test-image.ts';
import { startTestRegistry, type TestRegistry } from '../testing/test-registry.ts';
import { LABEL } from './labels.ts';

const runtime = testRuntime();
const node = randomNode();
let child: BundledProgram;
let directory: TempDir;
let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
  child = await bundleProgram('src/testing/crash-child.ts');
});
afterAll(async () => {
  await child.remove();
  await registry.stop();
});
beforeEach(async () => {
  directory = await createTempDir('muster-crash');
  onTestFinished(() => directory.remove());
  onTestFinished(() => removeEverythingOf(runtime, node));
});

const LINES = 20;
const counting = { command: ['sh', '-c', `i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo $i; sleep 0.1; done; exit 3`] };
const lingering = { command: ['sh', '-c', 'trap "echo bye; exit 4" TERM; echo up; while :; do sleep 0.1; done'] };
const containersOf = (allocationId: string) => runtime.listContainers({ [LABEL.node]: node, [LABEL.allocation]: allocationId });
const start = async (change: Partial<BenchOptions> = {}) => {
  const bench = await startBench({ directory: directory.path, node, runtime, ...change });
  onTestFinished(() => bench.stop());
  return bench;
};

/** Writes down what is wanted, as an order does, and lets nothing happen yet. */
async function want(spec: Partial<TaskSpec>): Promise<string> {
  const bench = await start({ runtime: { ...runtime, listContainers: () => new Promise<never>(() => undefined) } });
  const allocationId = await bench.place(spec);
  await bench.stop();
  return allocationId;
}

/** Of a life that never comes to the point. */
const LIFE_MS = 120_000;

/** One life of the agent that ends by SIGKILL at this very point; SIGTERM when it never came there. */
function crash(method: keyof ContainerRuntime, when: string): Promise<NodeJS.Signals | null> {
  return new Promise((resolve) => {
    const life = spawn(process.execPath, [child.file, directory.path, node, method, when], { stdio: 'ignore' });
    const patience = setTimeout(() => life.kill('SIGTERM'), LIFE_MS);
    life.once('exit', (_code, signal) => {
      clearTimeout(patience);
      resolve(signal);
    });
  });
}

describe.each(['before', 'after'])('killed right %s the engine is asked', (when) => {
  it.each<keyof ContainerRuntime>(['createContainer', 'startContainer', 'removeContainer'])(
    '%s: one container, every line once, the exit code kept',
    async (method) => {
      const id = await want(counting);
      expect(await crash(method, when)).toBe('SIGKILL');
      const before = await containersOf(id);
      expect(before.length).toBeLessThanOrEqual(1);
      const bench = await start();
      await waitFor(() => bench.phaseOf(id) === 'Failed');
      expect(bench.statusOf(id)).toMatchObject({ exitCode: 3 });
      if (before[0]) expect(bench.statusOf(id)?.containerId).toBe(before[0].id);
      expect(await bench.linesOf(id)).toEqual(Array.from({ length: LINES }, (_, i) => String(i + 1)));
      await waitFor(async () => (await containersOf(id)).length === 0);
    },
  );

  it('stopContainer: it stops, with its last words and exit code', async () => {
    const first = await start();
    const id = await first.place(lingering);
    await waitFor(async () => (await first.linesOf(id)).includes('up'));
    await first.stop();
    await first.store.update(id, (record) => record && { ...record, stop: { graceMs: 5_000, reason: 'r', phase: 'Cancelled' } });
    expect(await crash('stopContainer', when)).toBe('SIGKILL');
    const bench = await start();
    await waitFor(() => bench.phaseOf(id) === 'Cancelled');
    expect(bench.statusOf(id)).toMatchObject({ exitCode: 4 });
    expect(await bench.linesOf(id)).toEqual(['up', 'bye']);
  });

  it('loadImage: the pull is taken up again', async () => {
    // The image holds no program: that it comes as far as starting one is the proof.
    const id = await want({ image: registry.image, entrypoint: ['/unique'] });
    expect(await crash('loadImage', when)).toBe('SIGKILL');
    const bench = await start();
    await waitFor(() => bench.phaseOf(id) === 'Failed');
    expect(bench.statusOf(id)?.error).toMatchObject({ code: 'COMMAND_NOT_FOUND' });
    await waitFor(async () => (await containersOf(id)).length === 0);
  });
});

it('killed while an image is on its way: whole layers are not fetched again, the cut one goes on from its middle', async () => {
  const wanted = registry.add('team/large:1', {
    layers: [await tarOf({ small: randomBytes(50_000) }), await tarOf({ large: randomBytes(2_000_000) })],
  });
  const [small = '', large = ''] = wanted.layers.map(({ bytes }) => digestOf(bytes));
  registry.behaviour.crawlAfterBytes = 1_000_000;
  const id = await want({ image: wanted.reference, entrypoint: ['/small'] });
  const life = spawn(process.execPath, [child.file, directory.path, node, 'nothing', 'before'], { stdio: 'ignore' });
  onTestFinished(() => void life.kill('SIGKILL'));
  const blobs = join(directory.path, 'images', 'blobs');
  await waitFor(async () => {
    const sizes = await sizesIn(blobs);
    return sizes.includes(wanted.layers[0]?.bytes.length ?? -1) && sizes.some((size) => size > 500_000);
  });
  life.kill('SIGKILL');
  await new Promise((resolve) => life.once('exit', resolve));
  registry.behaviour.crawlAfterBytes = null;
  const bench = await start();
  await waitFor(() => bench.phaseOf(id) === 'Failed');
  expect(bench.statusOf(id)?.error).toMatchObject({ code: expect.stringMatching(/^COMMAND_NOT_FOUND|CONTAINER_START_FAILED$/) });
  expect([small, large].map((digest) => registry.fetchesOf(digest))).toEqual([1, 2]);
  expect(registry.requests.findLast(({ path }) => path.endsWith(large))).toMatchObject({
    status: 206,
    range: expect.stringMatching(/^bytes=[5-9]\d{5}|\d{7}-/),
  });
});

const sizesIn = async (blobs: string): Promise<number[]> => {
  const names = await readdir(blobs).catch(() => []);
  // One that is whole gets another name meanwhile.
  const found = await Promise.all(names.map((name) => stat(join(blobs, name)).catch(() => null)));
  return found.map((file) => file?.size ?? 0);
};
