import { readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LABEL } from './reconcile/labels.ts';
import { runDirectory } from './state/open-stores.ts';
import { testRuntime, waitFor } from './testing/test-docker.ts';
import { setUpStage } from './testing/test-stage.ts';

it('serves on when the record of one allocation is damaged, and ends that one as lost', async () => {
  const { startServing, start, place, master, node, domain, dataDir, runId } = await setUpStage();
  const life = await startServing();
  const untilTerm = ['sh', '-c', 'trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.1; done'];
  const [whole, damaged] = [place({ command: untilTerm }), place({ command: untilTerm })];
  const phaseOf = ({ allocationId }: { allocationId: string }) => master.statuses.get(allocationId)?.phase;
  await waitFor(() => phaseOf(whole) === 'Running' && phaseOf(damaged) === 'Running');
  await life.stop();

  const registry = domain.verifyingContract;
  const directory = join(runDirectory(dataDir, { chainId: 31_337, registry, runId }), 'allocations');
  const file = join(directory, `${damaged.allocationId}.json`);
  const text = await readFile(file, 'utf8');
  await truncate(file, Math.floor(text.length / 2));

  const next = start();
  expect(await next.event('allocation.damaged')).toMatchObject({ file: `${file}.damaged` });
  await waitFor(() => phaseOf(damaged) === 'Lost');
  await waitFor(() => master.linesOf(damaged.allocationId).includes('bye'));
  const containers = () => testRuntime().listContainers({ [LABEL.node]: node.address, [LABEL.role]: 'allocation' });
  // The outcome is told before the container is removed.
  await waitFor(async () => (await containers()).length === 1);
  expect((await containers()).map(({ labels, state }) => [labels[LABEL.allocation], state])).toEqual([[whole.allocationId, 'running']]);
  expect(phaseOf(whole)).toBe('Running');
});

it('does not start on a damaged state of its own, which nothing stands in for, and names the file', async () => {
  const { start, dataDir, domain, runId } = await setUpStage();
  const life = start();
  await life.event('registered');
  await life.stop();
  const file = join(runDirectory(dataDir, { chainId: 31_337, registry: domain.verifyingContract, runId }), 'agent.json');
  await truncate(file, 10);
  expect(await start().ended).toMatchObject({ code: 'STATE_CORRUPT', message: expect.stringContaining(file) });
});
