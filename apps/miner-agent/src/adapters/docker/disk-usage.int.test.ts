import { expect, it, onTestFinished } from 'vitest';
import { roleLabels } from '../../reconcile/labels.ts';
import { randomNode, removeEverythingOf, TEST_IMAGE, testDockerHost, testRuntime } from '../../testing/test-docker.ts';
import { tarOf } from '../../testing/test-image.ts';
import { connectEngine } from './engine.ts';
import { VOLUME_MOUNT, withHelper } from './helper-container.ts';

const FILES = 3_000;

it('waits for its turn where the engine measures for one at a time', async () => {
  const [runtime, node] = [testRuntime(), randomNode()];
  onTestFinished(() => removeEverythingOf(runtime, node));
  const labels = roleLabels(node, 'helper');
  const [volume, engine] = [`muster-test-${node}`, connectEngine(testDockerHost())];
  await engine.createVolume({ Name: volume, Labels: labels });
  // So many that two look at them at the same time.
  const files = await tarOf(Object.fromEntries(Array.from({ length: FILES }, (_, index) => [String(index), 'x'])));
  await withHelper(engine, { image: TEST_IMAGE, labels, volume }, (helper) => helper.putArchive(files, { path: VOLUME_MOUNT }));

  const measure = () => runtime.readDiskUsage(labels, { withVolumes: true });
  const measured = await Promise.all(Array.from({ length: 10 }, measure));
  expect(measured.map(({ volumes }) => volumes.get(volume))).toEqual(Array.from({ length: 10 }, () => FILES));
});
