import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ok } from '@muster/protocol/errors/result';
import { createContainerChallenges } from '../../challenges/container.ts';
import { blueprintOf } from '../../reconcile/blueprint.ts';
import { DEFAULT_USER } from '../../reconcile/container-user.ts';
import { LABEL, roleLabels } from '../../reconcile/labels.ts';
import { randomNode, removeEverythingOf, testDockerHost, testRuntime, waitFor } from '../../testing/test-docker.ts';
import { busyboxLayer } from '../../testing/test-image.ts';
import { TEST_TERMS } from '../../testing/test-isolation.ts';
import { testRecord, testSpec } from '../../testing/test-record.ts';
import { connectEngine } from './engine.ts';

const runtime = testRuntime();
const engine = connectEngine(testDockerHost());
const node = randomNode();
const [repo, tag] = ['muster/test-declares', randomUUID()];
const MiB = 1024 * 1024;
let containerId = '';

/** What an image may ask of the engine, whatever the task says. */
const DECLARED = ['ENV PATH=/bin', 'VOLUME /declared', 'HEALTHCHECK --interval=1ms CMD ["/bin/echo"]'];

beforeAll(async () => {
  await buffer(Readable.from(await engine.importImage(Readable.from([await busyboxLayer()]), { repo, tag, changes: DECLARED })));
  const image = await runtime.findImage(`${repo}:${tag}`);
  if (!image) throw new Error('the image is not there');
  const script = `i=0; while [ $i -lt 8 ]; do i=$((i+1)); busybox dd if=/dev/zero of=/declared/$i bs=1M count=1; done; sleep 600`;
  const spec = testSpec({ entrypoint: ['sh', '-c', script], root: true });
  containerId = await runtime.createContainer({
    ...blueprintOf(testRecord({ allocationId: randomUUID(), spec }), {
      node,
      user: DEFAULT_USER,
      image,
      terms: TEST_TERMS,
      publish: [],
      hasInit: false,
    }),
    user: '0:0',
  });
  await runtime.startContainer(containerId);
});

afterAll(async () => {
  await removeEverythingOf(runtime, node);
  await runtime.removeTag(`${repo}:${tag}`);
});

it('counts what is written to a volume that the image declares: no spec names it, and the root beside it is read-only', async () => {
  const written = () => runtime.readDiskUsage({ [LABEL.node]: node }, { withVolumes: false });
  expect(await waitFor(async () => ((await written()).containers.get(containerId) ?? 0) >= 8 * MiB)).toBe(true);
});

it("lets no health check of the image's run", async () => {
  const { Config, State } = await engine.getContainer(containerId).inspect();
  expect(Config.Healthcheck?.Test).toEqual(['NONE']);
  expect(State.Health).toBeUndefined();
});

it("runs no validator's container of such an image", async () => {
  const image = await runtime.findImage(`${repo}:${tag}`);
  if (!image) throw new Error('the image is not there');
  const challenges = createContainerChallenges({
    runtime,
    images: { ensure: async () => ({ ...image, digest: image.id }) },
    node,
    runId: '1',
    hasInit: async () => false,
    isolation: { admit: async () => TEST_TERMS },
    admit: () => ok({ cpus: 1, memoryBytes: 64 * MiB }),
  });
  const params = { image: `${repo}:${tag}`, command: ['sh'], nonce: '0'.repeat(32), timeoutMs: 5_000 };
  await expect(challenges.run(params, new AbortController().signal)).rejects.toMatchObject({
    code: 'POLICY_REFUSED',
    publicMessage: expect.stringContaining('/declared'),
  });
  expect(await runtime.listContainers(roleLabels(node, 'challenge'))).toEqual([]);
});

it('removes such a volume with its container', async () => {
  const { Mounts } = await engine.getContainer(containerId).inspect();
  const [volume] = Mounts;
  await runtime.stopContainer(containerId, 0);
  await runtime.removeContainer(containerId);
  await expect(engine.getVolume(volume?.Name ?? '').inspect()).rejects.toMatchObject({ statusCode: 404 });
});
