import { randomUUID } from 'node:crypto';
import { ok } from '@muster/protocol/errors/result';
import { createSigner } from '@muster/protocol/crypto/signer';
import { signMessage } from '@muster/protocol/messages/define-message';
import { musterDomain } from '@muster/protocol/messages/domain';
import type { OrderResult } from '@muster/protocol/messages/frames';
import { Order } from '@muster/protocol/messages/order';
import { encodeOrderBody } from '@muster/protocol/messages/order-body';
import { specHash } from '@muster/protocol/task-spec/task-spec';
import { createLoggerTo } from '@muster/runtime/logger';
import { zeroHash } from 'viem';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AllocationRecord } from '../reconcile/desired.ts';
import { initialState, type AgentState } from '../state/agent-state.ts';
import type { AllocationStore, Change } from '../state/allocation-store.ts';
import { OTHER_NODE, TEST_NODE, testRecord, testSpec } from '../testing/test-record.ts';
import { createOrderDesk } from './order-desk.ts';

const master = createSigner(`0x${'11'.repeat(32)}`);
const stranger = createSigner(`0x${'22'.repeat(32)}`);
const domain = musterDomain({ chainId: 31_337, registry: OTHER_NODE });
const spec = testSpec({ volumes: [{ name: 'data', path: '/data' }] });
const { allocationId, taskId } = testRecord();

let state: AgentState;
let records: Map<string, AllocationRecord>;
let results: OrderResult[];
let refused: unknown[];
let damaged: Set<string>;

beforeEach(() => {
  const invite = {
    digest: zeroHash,
    master: master.address,
    masterEpoch: 2,
    seq: 3,
    masterUrl: 'http://127.0.0.1:1/',
    lostAfterMs: 1,
    acceptedAt: 1,
  };
  state = { ...initialState({ chainId: 31_337, registry: OTHER_NODE, runId: '1', node: TEST_NODE }), invite };
  [records, results, refused, damaged] = [new Map(), [], [], new Set()];
});

const store: AllocationStore = {
  list: () => [...records.values()],
  get: (id) => records.get(id),
  isDamaged: (id) => damaged.has(id),
  update: async (id, change) => apply(id, change),
  insist: async (id, change) => apply(id, change),
};
function apply(id: string, change: Change): void {
  const next = change(records.get(id));
  if (next) records.set(id, next);
}

/** A desk that knows nothing yet but what is on disk, as after a restart. */
const desk = () =>
  createOrderDesk({
    domain,
    node: TEST_NODE,
    state: { get: () => state, update: async (change) => (state = change(state)) },
    store,
    runtime: { listContainers: async () => [] },
    admit: () => ok({ gpus: [] }),
    logger: createLoggerTo({ write: (line) => void refused.push(JSON.parse(line).code) }, { name: 'test', level: 'warn' }),
    now: () => 1_000,
    onResult: (result) => void results.push(result),
    onAnswered: () => undefined,
    onChanged: () => undefined,
    onInspect: () => undefined,
  });

interface OrderChange extends Partial<Omit<Order, 'kind' | 'body'>> {
  signer?: typeof master;
}
const body = { allocationId, taskId, epoch: 1, specHash: specHash(spec), spec, replica: 0 };
const signed = (kind: Order['kind'], text: string, { signer = master, ...change }: OrderChange = {}) =>
  signMessage(
    Order,
    { runId: '1', node: TEST_NODE, seq: 3, masterEpoch: 2, counter: 5, orderId: randomUUID(), kind, body: text, issuedAt: 1, ...change },
    { domain, signer },
  );
const start = (change: OrderChange = {}) => signed('start', encodeOrderBody('start', body), change);
const sync = (change: OrderChange = {}) =>
  signed('sync', encodeOrderBody('sync', { allocationId, epoch: 1, volume: 'data', snapshotId: randomUUID() }), change);

describe('an order desk', () => {
  it("carries out what the run's present master signed for this registration", async () => {
    await desk().take([start()]);
    expect(records.get(allocationId)).toMatchObject({ epoch: 1, version: { masterEpoch: 2, counter: 5 } });
    expect([results, refused]).toEqual([[expect.objectContaining({ ok: true })], []]);
  });

  it.each([
    ['of anybody else', { signer: stranger }, 'SIGNATURE_INVALID'],
    ["of the same master's earlier term", { masterEpoch: 1 }, 'INVITE_STALE_MASTER'],
    ['for an earlier registration', { seq: 2 }, 'STALE_REGISTRATION'],
    ['for another node', { node: OTHER_NODE }, 'AUDIENCE_WRONG'],
    ['for another run', { runId: '2' }, 'AUDIENCE_WRONG'],
  ])('neither does nor answers an order %s', async (_name, change, code) => {
    await desk().take([start(change)]);
    expect([records.size, results, refused]).toEqual([0, [], [code]]);
  });

  it('takes nothing without an invite', async () => {
    state = { ...state, invite: null };
    await desk().take([start()]);
    expect([records.size, results, refused]).toEqual([0, [], ['INVITE_UNKNOWN']]);
  });

  it('does not begin again what has ended and is forgotten, and says that it is done', async () => {
    state = { ...state, forgottenOrders: { masterEpoch: 2, counter: 5 } };
    await desk().take([start()]);
    expect([records.size, results]).toEqual([0, [expect.objectContaining({ ok: true })]]);
    await desk().take([start({ counter: 6 })]);
    expect(records.size).toBe(1);
  });

  it('does not begin again what has an unreadable record: it may have run to its end', async () => {
    damaged.add(allocationId);
    // What is forgotten is known to be done; of this nobody knows.
    state = { ...state, forgottenOrders: { masterEpoch: 2, counter: 5 } };
    await desk().take([start()]);
    expect(records.get(allocationId)).toMatchObject({ stop: { phase: 'Lost', graceMs: spec.graceMs } });
    expect(results).toEqual([expect.objectContaining({ ok: true })]);
  });

  it('writes down a hundred syncs, and no more', async () => {
    records.set(allocationId, testRecord({ spec }));
    await desk().take(Array.from({ length: 101 }, (_none, index) => sync({ counter: 5 + index })));
    expect(state.syncs).toHaveLength(100);
    expect(results).toEqual([expect.objectContaining({ ok: false, error: expect.objectContaining({ code: 'RESOURCES_EXHAUSTED' }) })]);
  });
});
