import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContainerState, ObservedContainer } from '../ports/container-runtime.ts';
import { applyStep, idOf, newContainer, type World } from '../testing/model-engine.ts';
import { OTHER_NODE, TEST_NODE, testRecord, testSpec } from '../testing/test-record.ts';
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

const outcome = {
  phase: 'Failed' as const,
  reason: 'x',
  exitCode: 1,
  oomKilled: false,
  pid: null,
  error: null,
  containerId: null,
  imageId: null,
  startedAt: null,
  endedAt: 1,
};

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
});
