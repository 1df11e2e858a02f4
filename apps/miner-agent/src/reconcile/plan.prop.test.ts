import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContainerState, ObservedContainer } from '../ports/container-runtime.ts';
import { applyStep, idOf, newContainer, type World } from '../testing/model-engine.ts';
import { OTHER_NODE, TEST_NODE, testOutcome, testRecord, testSpec } from '../testing/test-record.ts';
import type { AllocationRecord } from './desired.ts';
import { containerName, LABEL, readLabels, writeLabels } from './labels.ts';
import { plan } from './plan.ts';
import type { Step } from './steps.ts';

const ALLOCATIONS = [
  '22222222-2222-4222-8222-222222222222',
  '33333333-3333-4333-8333-333333333333',
  '44444444-4444-4444-8444-444444444444',
];
const IMAGES = ['muster/demo:latest', 'other:1'];
const STATES: ContainerState[] = ['created', 'running', 'paused', 'exited', 'dead'];

const outcome = testOutcome({ phase: 'Failed', reason: 'x', exitCode: 1 });

const record = (allocationId: string): fc.Arbitrary<AllocationRecord> =>
  fc
    .record({
      epoch: fc.integer({ min: 1, max: 3 }),
      image: fc.constantFrom(...IMAGES),
      network: fc.constantFrom<'none' | 'egress'>('none', 'egress'),
      stop: fc.constantFrom(null, { graceMs: 5, reason: 'r', phase: 'Cancelled' as const }),
      restart: fc.constantFrom(null, { graceMs: 5, insteadOf: 'start-a' }, { graceMs: 5, insteadOf: 'start-b' }),
      hadContainer: fc.boolean(),
      hadImage: fc.boolean(),
      outcome: fc.constantFrom(null, null, outcome),
    })
    .map(({ image, network, hadContainer, hadImage, ...rest }) =>
      testRecord({
        allocationId,
        spec: testSpec({ image, network }),
        image: hadImage ? { id: idOf(image), digest: image } : null,
        containerId: hadContainer ? 'made-before' : null,
        ...rest,
      }),
    );

/** A container of one of the allocations, of any epoch, in any state; ours, another node's, half-labelled, or nobody's. */
const container = (records: readonly AllocationRecord[]): fc.Arbitrary<ObservedContainer> =>
  fc
    .record({
      allocationId: fc.constantFrom(...ALLOCATIONS),
      epoch: fc.integer({ min: 1, max: 3 }),
      kind: fc.constantFrom('ours', 'ours', 'ours', 'other-node', 'half', 'foreign', 'helper'),
      state: fc.constantFrom(...STATES),
      startedAt: fc.constantFrom('start-a', 'start-b'),
    })
    .map(({ allocationId, epoch, kind, state, startedAt }) => {
      const owner =
        records.find((candidate) => candidate.allocationId === allocationId && candidate.epoch === epoch) ??
        testRecord({ allocationId, epoch });
      const ours = newContainer(owner, TEST_NODE, {
        state,
        startedAt: state === 'created' ? null : startedAt,
        exitCode: state === 'exited' ? 0 : null,
      });
      if (kind === 'other-node') return { ...ours, labels: writeLabels({ ...owner, node: OTHER_NODE }) };
      if (kind === 'half') return { ...ours, labels: { ...ours.labels, [LABEL.epoch]: 'x' } };
      if (kind === 'helper') return { ...ours, labels: { ...ours.labels, [LABEL.role]: 'helper' } };
      return kind === 'foreign' ? { ...ours, labels: {} } : ours;
    });

const world: fc.Arbitrary<World> = fc
  .tuple(...ALLOCATIONS.map((id) => fc.option(record(id), { nil: null })))
  .map((records) => records.filter((candidate) => candidate !== null))
  .chain((allocations) =>
    fc
      .record({
        // An engine refuses a second container of one name, and a name is an allocation and an epoch.
        containers: fc.uniqueArray(container(allocations), {
          maxLength: 8,
          selector: ({ name, labels }) => `${name}${labels[LABEL.node] ?? ''}${labels[LABEL.role] ?? ''}`,
        }),
        images: fc.subarray(IMAGES.map(idOf)),
        sweep: fc.subarray(ALLOCATIONS),
      })
      .map(({ containers, images, sweep }) => ({
        desired: { node: TEST_NODE, allocations, syncs: [], sweep: new Set(sweep) },
        observed: {
          containers,
          networks: containers.map(({ labels }, index) => ({ name: `network-${index}`, labels })),
          images: new Set(images),
        },
      })),
  );

const run = (start: World): { steps: Step[]; end: World } => {
  const steps = plan(start.desired, start.observed);
  return { steps, end: steps.reduce(applyStep, start) };
};

/** `lost-before`: the agent dies before the engine hears of it; `lost-after`: the engine has done it and nobody wrote it down. */
type Fate = 'done' | 'lost-before' | 'lost-after';

function applyFate(before: World, step: Step, fate: Fate): World {
  if (fate === 'lost-before') return before;
  const after = applyStep(before, step);
  return fate === 'lost-after' ? { desired: before.desired, observed: after.observed } : after;
}

const touches = (step: Step): string | null => ('containerId' in step ? step.containerId : null);

describe('plan', () => {
  it('gives no steps once its steps are executed', () => {
    fc.assert(
      fc.property(world, (start) => {
        const { end } = run(start);
        expect(plan(end.desired, end.observed)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('never leads through two containers of one allocation epoch, nor two running of one allocation', () => {
    fc.assert(
      fc.property(world, (start) => {
        let current = start;
        for (const step of plan(start.desired, start.observed)) {
          current = applyStep(current, step);
          if (step.kind === 'create' || step.kind === 'start') {
            const own = current.observed.containers.filter(
              ({ labels }) => readLabels(labels, TEST_NODE)?.allocationId === step.allocationId,
            );
            expect(own).toHaveLength(1);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never takes a step on a container or network without our labels', () => {
    fc.assert(
      fc.property(world, (start) => {
        const { steps, end } = run(start);
        const foreign = start.observed.containers.filter(({ labels }) => readLabels(labels, TEST_NODE) === null);
        const foreignIds = new Set(foreign.map(({ id }) => id));
        const foreignNetworks = start.observed.networks
          .filter(({ labels }) => readLabels(labels, TEST_NODE) === null)
          .map(({ name }) => name);
        for (const step of steps) {
          expect(foreignIds.has(touches(step) ?? '')).toBe(false);
          if (step.kind === 'remove-network') expect(foreignNetworks).not.toContain(step.network);
        }
        expect(end.observed.containers.filter(({ id }) => foreignIds.has(id))).toEqual(foreign);
      }),
      { numRuns: 500 },
    );
  });

  it('never starts an allocation that has run, was stopped, or has ended', () => {
    fc.assert(
      fc.property(world, (start) => {
        for (const step of run(start).steps) {
          if (step.kind !== 'create') continue;
          const own = start.desired.allocations.find(({ allocationId }) => allocationId === step.allocationId);
          expect(own).toMatchObject({ stop: null, outcome: null, containerId: null });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('leaves a container that runs as desired alone, so that a restarted agent adopts it', () => {
    fc.assert(
      fc.property(record(ALLOCATIONS[0] ?? ''), (own) => {
        const wanted = { ...own, stop: null, outcome: null, restart: null };
        const running = newContainer(wanted, TEST_NODE, { state: 'running', startedAt: 'start-a' });
        const networks = [{ name: containerName(wanted), labels: running.labels }];
        const desired = { node: TEST_NODE, allocations: [wanted], syncs: [], sweep: new Set<string>() };
        expect(plan(desired, { containers: [running], networks, images: new Set() })).toEqual([]);
      }),
    );
  });

  it('keeps what no order knows until its grace period is over', () => {
    fc.assert(
      fc.property(world, (start) => {
        const known = new Set(start.desired.allocations.map(({ allocationId }) => allocationId));
        for (const step of run(start).steps) expect(known.has(step.allocationId) || start.desired.sweep.has(step.allocationId)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('comes to the same end through any crashes and lies of the engine, and makes no container twice', () => {
    fc.assert(
      fc.property(
        world,
        fc.array(fc.constantFrom<Fate>('done', 'done', 'lost-before', 'lost-after'), { maxLength: 40 }),
        (start, fates) => {
          let current = start;
          const left = [...fates];
          const made = new Map<string, number>();
          for (let turn = 0; turn < 60; turn++) {
            const steps = plan(current.desired, current.observed);
            if (steps.length === 0) break;
            for (const step of steps) {
              const fate = left.shift() ?? 'done';
              if (fate !== 'lost-before' && step.kind === 'create') {
                const key = `${step.allocationId} ${step.epoch}`;
                made.set(key, (made.get(key) ?? 0) + 1);
              }
              current = applyFate(current, step, fate);
              if (fate !== 'done') break;
            }
          }
          expect(plan(current.desired, current.observed)).toEqual([]);
          for (const count of made.values()) expect(count).toBe(1);
          for (const { allocationId } of current.desired.allocations) {
            const own = current.observed.containers.filter(({ labels }) => readLabels(labels, TEST_NODE)?.allocationId === allocationId);
            expect(own.length).toBeLessThanOrEqual(1);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('leaves alone whatever merely looks like ours', () => {
    const good = newContainer(testRecord(), TEST_NODE, { state: 'running' });
    const value = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        '',
        ' ',
        '__proto__',
        'constructor',
        '01',
        '1e0',
        '+1',
        '-1',
        '0x1',
        '1.0',
        '99999999999999999999',
        '١',
        'allocation ',
        'Allocation',
        `${TEST_NODE} `,
        OTHER_NODE,
      ),
    );
    const forged = fc
      .record({ label: fc.constantFrom(...Object.values(LABEL)), value, drop: fc.boolean() })
      .map(({ label, value: text, drop }) => {
        const { [label]: _own, ...rest } = good.labels;
        return { ...good, labels: drop ? rest : { ...rest, [label]: text } };
      })
      .filter(({ labels }) => readLabels(labels, TEST_NODE) === null);
    fc.assert(
      fc.property(fc.array(forged, { maxLength: 4 }), fc.option(record(testRecord().allocationId), { nil: null }), (containers, own) => {
        const sweep = new Set(containers.flatMap(({ labels }) => labels[LABEL.allocation] ?? []));
        const desired = { node: TEST_NODE, allocations: own ? [own] : [], syncs: [], sweep };
        const networks = containers.map(({ labels }, index) => ({ name: `network-${index}`, labels }));
        for (const step of plan(desired, { containers, networks, images: new Set() })) {
          expect('containerId' in step).toBe(false);
          expect(step.kind).not.toBe('remove-network');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('takes only labels that it would write itself for its own', () => {
    fc.assert(
      fc.property(fc.record({ epoch: fc.nat(), runId: fc.string({ minLength: 1 }), taskId: fc.string({ minLength: 1 }) }), (change) => {
        const owner = { ...testRecord(), ...change, node: TEST_NODE };
        const read = readLabels(writeLabels(owner), TEST_NODE);
        expect(read && writeLabels(read)).toEqual(writeLabels(owner));
      }),
    );
  });
});
