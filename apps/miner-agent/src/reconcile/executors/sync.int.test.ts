import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { startBench } from '../../testing/reconcile-bench.ts';
import { randomNode, removeEverythingOf, TEST_IMAGE, testRuntime, waitFor } from '../../testing/test-docker.ts';
import { roleLabels, volumeLabels, volumeName } from '../labels.ts';

const runtime = testRuntime();
const [node, neighbour] = [randomNode(), randomNode()];
const MiB = 1024 * 1024;
let directory: TempDir;
let bench: Awaited<ReturnType<typeof startBench>>;
let delivered: number[] = [];
let [underWay, mostAtOnce] = [0, 0];

beforeEach(async () => {
  directory = await createTempDir('muster-sync');
  onTestFinished(() => directory.remove());
  onTestFinished(async () => {
    // An archive that was given up lets go of its volume a moment later.
    await waitFor(async () => (await runtime.listContainers(roleLabels(node, 'helper'))).length === 0);
    for (const one of [node, neighbour]) await removeEverythingOf(runtime, one);
  });
  [delivered, underWay, mostAtOnce] = [[], 0, 0];
  const own = (bench = await startBench({
    directory: directory.path,
    node,
    runtime,
    maxSnapshotBytes: MiB,
    async deliverSnapshot(_sync, { sizeBytes }) {
      underWay += 1;
      mostAtOnce = Math.max(mostAtOnce, underWay);
      // As long as another archive would take to be made beside it.
      await readdir(join(directory.path, 'scratch')).then(() => runtime.info());
      delivered.push(sizeBytes);
      underWay -= 1;
    },
  }));
  onTestFinished(() => own.stop());
});

const target = (taskId: string) => ({ runId: '1', taskId, allocationId: randomUUID(), epoch: 1, replica: 0, volume: 'data' });

/** A task that has written to its volume, and ended. */
async function written(script: string): Promise<string> {
  const taskId = randomUUID();
  const volumes = [{ name: 'data', path: '/data' }];
  const id = await bench.place({ volumes, command: ['sh', '-c', script] }, { taskId });
  await waitFor(() => bench.phaseOf(id) === 'Succeeded');
  return taskId;
}

it("neither takes nor archives a volume of another node's, though it has the name that a master's order makes of its task", async () => {
  const taskId = randomUUID();
  const prepare = (owner: typeof node) =>
    runtime.prepareVolume({
      name: volumeName({ taskId, replica: 0 }, 'data'),
      labels: volumeLabels(owner, { runId: '1', taskId }),
      helperLabels: roleLabels(owner, 'helper'),
      image: TEST_IMAGE,
      owner: { uid: 65_532, gid: 65_532 },
    });
  await prepare(neighbour);
  await expect(prepare(node)).rejects.toThrow('that this agent did not make');
  expect(await bench.sync(target(taskId))).toBe('VOLUME_UNKNOWN');
  expect(await bench.sync({ ...target(await written('echo 1 > /data/file')), runId: '2' })).toBe('VOLUME_UNKNOWN');
  expect(delivered).toEqual([]);
});

it('makes no archive larger than may be sent, however small the volume is on the disk', async () => {
  const taskId = await written('truncate -s 64M /data/hole');
  expect(await bench.sync(target(taskId))).toBe('PAYLOAD_TOO_LARGE');
  expect(delivered).toEqual([]);
  expect(await readdir(join(directory.path, 'scratch'))).toEqual([]);
});

it('archives and sends one volume at a time', async () => {
  const taskId = await written('echo 1 > /data/file');
  const ends = await Promise.all(Array.from({ length: 4 }, () => bench.sync(target(taskId))));
  expect(ends).toEqual(Array.from({ length: 4 }, () => 'delivered'));
  expect(mostAtOnce).toBe(1);
});
