import { createTempDir } from '@muster/runtime/temp-dir';
import { expect, it, onTestFinished } from 'vitest';
import { endedWithEngine } from '../../reconcile/ended-with-engine.ts';
import { startBench } from '../../testing/reconcile-bench.ts';
import { randomNode, removeEverythingOf, testRuntime, waitFor } from '../../testing/test-docker.ts';

const runtime = testRuntime();
const node = randomNode();

it('knows which containers it has started itself', async () => {
  const directory = await createTempDir('muster-recall');
  onTestFinished(() => directory.remove());
  onTestFinished(() => removeEverythingOf(runtime, node));
  const bench = await startBench({ directory: directory.path, node, runtime });
  onTestFinished(() => bench.stop());
  const allocationId = await bench.place({ command: ['sh', '-c', 'exit 137'] });
  const outcome = await waitFor(() => bench.store.get(allocationId)?.outcome);
  await bench.stop();
  const memory = await runtime.recall();
  expect(memory.started).toContain(outcome.containerId);
  expect(memory.oldest).toBeLessThanOrEqual(outcome.startedAt ?? 0);
  expect(memory.now).toBeGreaterThanOrEqual(outcome.endedAt);
  const [startedAt, finishedAt] = [outcome.startedAt ?? 0, outcome.endedAt].map((ms) => new Date(ms).toISOString());
  const ended = { id: outcome.containerId ?? '', startedAt: startedAt ?? null, finishedAt: finishedAt ?? null, exitCode: 137 };
  expect(endedWithEngine({ ...ended, oomKilled: false }, memory)).toBe(false);
});
