import { expect, it } from 'vitest';
import { newContainer } from '../testing/model-engine.ts';
import { OTHER_NODE, TEST_NODE, testRecord } from '../testing/test-record.ts';
import { LABEL } from './labels.ts';
import { createOrphanWatch } from './orphans.ts';
import type { Observed } from './plan.ts';

const GRACE_MS = 1_000;

function setup() {
  let at = 0;
  const said: string[] = [];
  const watch = createOrphanWatch({
    node: TEST_NODE,
    graceMs: GRACE_MS,
    monotonic: () => at,
    now: () => 5_000_000 + at,
    onFound: ({ allocationId }) => said.push(`found ${allocationId}`),
    onSettled: (allocationId, how) => said.push(`${how} ${allocationId}`),
  });
  return { watch, said, pass: (ms: number) => (at += ms) };
}

const worldOf = (...containers: Observed['containers'][number][]): Observed => ({ containers, networks: [], images: new Set() });
const nobody = new Set<string>();
const { allocationId } = testRecord();
const orphan = newContainer(testRecord(), TEST_NODE, { state: 'running' });

it('counts nothing as an orphan before the orders are complete', () => {
  const { watch, said, pass } = setup();
  watch.look(worldOf(orphan), nobody);
  pass(GRACE_MS * 10);
  expect(watch.look(worldOf(orphan), nobody)).toEqual(new Set());
  expect([said, watch.current()]).toEqual([[], []]);
});

it('tells of an orphan once, keeps it for the grace period, and says when it is gone', () => {
  const { watch, said, pass } = setup();
  watch.ordersAreComplete();
  expect(watch.look(worldOf(orphan), nobody)).toEqual(new Set());
  expect(watch.current()).toEqual([{ allocationId, runId: '1', things: 1, foundAt: 5_000_000, removeAt: 5_001_000 }]);
  pass(GRACE_MS - 1);
  expect(watch.look(worldOf(orphan), nobody)).toEqual(new Set());
  pass(1);
  expect(watch.look(worldOf(orphan), nobody)).toEqual(new Set([allocationId]));
  watch.look(worldOf(), nobody);
  expect(watch.current()).toEqual([]);
  expect(said).toEqual([`found ${allocationId}`, `removed ${allocationId}`]);
});

it('lets go of what an order claims, and begins its grace afresh should it be orphaned again', () => {
  const { watch, said, pass } = setup();
  watch.ordersAreComplete();
  watch.look(worldOf(orphan), nobody);
  pass(GRACE_MS);
  expect(watch.look(worldOf(orphan), new Set([allocationId]))).toEqual(new Set());
  expect(watch.look(worldOf(orphan), nobody)).toEqual(new Set());
  expect(said).toEqual([`found ${allocationId}`, `claimed ${allocationId}`, `found ${allocationId}`]);
});

it('looks only at what is wholly ours, and cuts what no wire would take', () => {
  const { watch } = setup();
  watch.ordersAreComplete();
  const long = { ...orphan, labels: { ...orphan.labels, [LABEL.allocation]: `\u001b[2J${'x'.repeat(300)}` } };
  const helper = { ...orphan, labels: { ...orphan.labels, [LABEL.role]: 'challenge' } };
  watch.look(worldOf(newContainer(testRecord(), OTHER_NODE), { ...orphan, labels: {} }, helper, long), nobody);
  expect(watch.current()).toMatchObject([{ allocationId: `?[2J${'x'.repeat(60)}`, things: 1 }]);
});
