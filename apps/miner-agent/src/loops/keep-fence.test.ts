import { AppError } from '@muster/protocol/errors/app-error';
import { createLoggerTo } from '@muster/runtime/logger';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openAllocationStore, type AllocationStore } from '../state/allocation-store.ts';
import { testRecord, testSpec } from '../testing/test-record.ts';
import { createFenceKeeper } from './keep-fence.ts';

const WITH = '22222222-2222-4222-8222-222222222222';
const WITHOUT = '33333333-3333-4333-8333-333333333333';
const logger = createLoggerTo({ write: () => undefined }, { name: 'test' });

let directory: TempDir;
let store: AllocationStore;
beforeEach(async () => {
  directory = await createTempDir('muster-keep-fence');
  store = await openAllocationStore(directory.path);
  await store.update(WITHOUT, () => testRecord({ allocationId: WITHOUT }));
});
afterEach(() => directory.remove());

const lost = () => Promise.reject(new AppError('EGRESS_UNAVAILABLE', { publicMessage: 'iptables is gone' }));
const placeWithNetwork = () => store.update(WITH, () => testRecord({ allocationId: WITH, spec: testSpec({ network: 'egress' }) }));

it('leaves the rules alone while nobody needs them', async () => {
  const keep = createFenceKeeper({ store, logger, isolation: { keepFence: lost } });
  for (let round = 0; round < 5; round += 1) expect(await keep()).toBe(0);
});

it('puts them back while somebody does, and stops nobody', async () => {
  await placeWithNetwork();
  let raised = 0;
  const isolation = { keepFence: async () => void (raised += 1) };
  expect(await createFenceKeeper({ store, logger, isolation })()).toBe(0);
  expect(raised).toBe(1);
  expect(store.get(WITH)?.stop).toBeNull();
});

it('stops exactly the containers with a network when they cannot be fenced off round after round, with the reason', async () => {
  await placeWithNetwork();
  const keep = createFenceKeeper({ store, logger, isolation: { keepFence: lost } });
  expect([await keep(), await keep()]).toEqual([0, 0]);
  expect(store.get(WITH)?.stop).toBeNull();
  expect(await keep()).toBe(1);
  expect(store.get(WITH)?.stop).toMatchObject({ phase: 'Lost', error: { code: 'EGRESS_UNAVAILABLE', message: 'iptables is gone' } });
  expect(store.get(WITHOUT)?.stop).toBeNull();
});

it('stops nobody for a call that fails now and then, such as one that did not get the lock', async () => {
  await placeWithNetwork();
  let calls = 0;
  const keep = createFenceKeeper({ store, logger, isolation: { keepFence: () => (++calls % 3 === 0 ? Promise.resolve() : lost()) } });
  for (let round = 0; round < 9; round += 1) expect(await keep()).toBe(0);
});
