import { expect, it } from 'vitest';
import type { AllocationRecord } from '../reconcile/desired.ts';
import { withoutContainer } from '../reconcile/outcome.ts';
import { testRecord, testSpec } from '../testing/test-record.ts';
import { createPortDesk } from './port-desk.ts';

const FAILED = { phase: 'Failed' as const, reason: 'no', error: null };
const PORTS = [
  { name: 'web', port: 80, protocol: 'tcp' as const },
  { name: 'feed', port: 81, protocol: 'udp' as const },
];

interface Setup {
  busy?: number[];
  /** By whatever containers, and without a program that listens there. */
  published?: number[];
  range?: { from: number; to: number } | null;
}

function setup({ busy = [], published = [], range = { from: 40_000, to: 40_003 } }: Setup = {}) {
  const records = new Map<string, AllocationRecord>();
  const store = {
    get: (id: string) => records.get(id),
    list: () => [...records.values()],
    async update(id: string, change: (record: AllocationRecord | undefined) => AllocationRecord | null | undefined) {
      // As on disk: later.
      await Promise.resolve();
      const next = change(records.get(id));
      if (next) records.set(id, next);
    },
  };
  let address = '203.0.113.5';
  const open = () =>
    createPortDesk({
      range,
      host: '0.0.0.0',
      address: () => address,
      store,
      isFree: async ({ port }) => !busy.includes(port),
      listPublished: async () => published,
    });
  const add = (allocationId: string) => {
    const record = testRecord({ allocationId, spec: testSpec({ ports: PORTS, network: 'egress' }) });
    records.set(allocationId, record);
    return record;
  };
  const end = (id: string) => records.set(id, { ...(records.get(id) ?? testRecord()), outcome: withoutContainer(FAILED, testRecord(), 1) });
  return { open, add, end, get: (id: string) => records.get(id) ?? testRecord(), move: (to: string) => (address = to) };
}

const numbers = (bindings: readonly { hostPort: number }[]) => bindings.map(({ hostPort }) => hostPort);

it('gives several at once ports of their own, around what other programs have', async () => {
  const { open, add } = setup({ busy: [40_001], range: { from: 40_000, to: 40_004 } });
  const desk = open();
  const [one, two] = await Promise.all([desk.assign(add('a')), desk.assign(add('b'))]);
  expect([numbers(one), numbers(two)]).toEqual([
    [40_000, 40_002],
    [40_003, 40_004],
  ]);
  expect(one[1]).toEqual({ containerPort: 81, protocol: 'udp', host: '0.0.0.0', hostPort: 40_002 });
});

it('gives none that the engine forwards to some other container, whether or not a program listens there', async () => {
  const { open, add } = setup({ published: [40_000, 40_002] });
  expect(numbers(await open().assign(add('a')))).toEqual([40_001, 40_003]);
});

it('gives those last with which a container did not start', async () => {
  const { open, add, get, end } = setup();
  const desk = open();
  expect(numbers(await desk.assign(add('a')))).toEqual([40_000, 40_001]);
  desk.distrust(get('a'));
  end('a');
  expect(numbers(await desk.assign(add('b')))).toEqual([40_002, 40_003]);
  end('b');
  desk.distrust(get('b'));
  expect(numbers(await desk.assign(add('c')))).toEqual([40_000, 40_001]);
});

it('gives a record what it has after a restart, although by then its own container has it', async () => {
  const busy: number[] = [];
  const { open, add, get } = setup({ busy });
  const first = numbers(await open().assign(add('a')));
  busy.push(...first);
  expect(numbers(await open().assign(get('a')))).toEqual(first);
});

it('says so when other programs leave too little', async () => {
  const { open, add, get } = setup({ busy: [40_000, 40_001, 40_002] });
  await expect(open().assign(add('a'))).rejects.toMatchObject({ code: 'CONTAINER_START_FAILED' });
  expect(get('a').ports).toEqual([]);
});

it('tells where ports are reached, under the address of now, once there are some', async () => {
  const { open, add, get, move } = setup();
  const desk = open();
  expect(desk.published(add('a'))).toEqual([]);
  await desk.assign(get('a'));
  move('203.0.113.6');
  expect(desk.published(get('a'))).toEqual([
    { name: 'web', port: 80, protocol: 'tcp', address: '203.0.113.6', hostPort: 40_000 },
    { name: 'feed', port: 81, protocol: 'udp', address: '203.0.113.6', hostPort: 40_001 },
  ]);
});
