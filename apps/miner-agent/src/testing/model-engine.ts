import type { ObservedContainer } from '../ports/container-runtime.ts';
import type { AllocationRecord, Desired } from '../reconcile/desired.ts';
import { containerName, readLabels, writeLabels } from '../reconcile/labels.ts';
import { outcomeOf, withoutContainer } from '../reconcile/outcome.ts';
import type { Observed } from '../reconcile/plan.ts';
import type { Step } from '../reconcile/steps.ts';

export interface World {
  desired: Desired;
  observed: Observed;
}

let made = 0;

/** What executing a step does, in a world of plain values: the executors' contract, without an engine. */
export function applyStep(world: World, step: Step): World {
  const { desired, observed } = world;
  const node = desired.node;
  const withRecord = (change: (record: AllocationRecord) => AllocationRecord): World => ({
    observed,
    desired: { ...desired, allocations: desired.allocations.map((record) => (isOf(record, step) ? change(record) : record)) },
  });
  const withContainers = (containers: readonly ObservedContainer[]): World => ({ desired, observed: { ...observed, containers } });
  const changeContainer = (matches: (container: ObservedContainer) => boolean, change: Partial<ObservedContainer>): World =>
    withContainers(observed.containers.map((container) => (matches(container) ? { ...container, ...change } : container)));
  const isTarget = (container: ObservedContainer) => {
    const owner = readLabels(container.labels, node);
    return owner !== null && isOf(owner, step);
  };

  switch (step.kind) {
    case 'pull':
      return {
        ...withRecord((record) => ({ ...record, image: { id: idOf(step.image), digest: step.image } })),
        observed: { ...observed, images: new Set([...observed.images, idOf(step.image)]) },
      };
    case 'create': {
      const record = desired.allocations.find((candidate) => isOf(candidate, step));
      if (!record) return world;
      const container = newContainer(record, node);
      const created = withRecord((current) => ({ ...current, containerId: container.id }));
      const networks =
        record.spec.network === 'none'
          ? observed.networks
          : [...observed.networks, { name: containerName(record), labels: container.labels }];
      return { desired: created.desired, observed: { ...observed, networks, containers: [...observed.containers, container] } };
    }
    case 'start':
      return changeContainer((container) => isTarget(container) && container.state === 'created', {
        state: 'running',
        startedAt: `start-${(made += 1)}`,
      });
    case 'restart':
      return changeContainer(({ id }) => id === step.containerId, { state: 'running', startedAt: `start-${(made += 1)}`, exitCode: null });
    case 'stop':
      return changeContainer(({ id }) => id === step.containerId, { state: 'exited', exitCode: 143 });
    case 'collect': {
      const container = observed.containers.find(({ id }) => id === step.containerId);
      return container
        ? withRecord((record) => ({
            ...record,
            outcome: record.outcome ?? outcomeOf({ record, container, lastEntry: undefined, now: 1, endedByEngine: false }),
          }))
        : world;
    }
    case 'finish': {
      const verdict = step.outcome === 'vanished' ? { phase: 'Failed' as const, reason: 'vanished', error: null } : step.outcome;
      return withRecord((record) => ({ ...record, outcome: record.outcome ?? withoutContainer(verdict, record, 1) }));
    }
    case 'remove': {
      const container = observed.containers.find(({ id }) => id === step.containerId);
      if (container && ['running', 'paused', 'restarting'].includes(container.state))
        throw new Error('the engine refuses to remove a running container');
      return withContainers(observed.containers.filter(({ id }) => id !== step.containerId));
    }
    case 'remove-network':
      return { desired, observed: { ...observed, networks: observed.networks.filter(({ name }) => name !== step.network) } };
    case 'sync':
      return { observed, desired: { ...desired, syncs: desired.syncs.filter(({ orderId }) => orderId !== step.sync.orderId) } };
  }
}

/** Of the image that a reference names. */
export const idOf = (reference: string): string => `id of ${reference}`;

const isOf = (thing: { allocationId: string; epoch: number }, step: Step): boolean =>
  thing.allocationId === step.allocationId && thing.epoch === step.epoch;

export function newContainer(record: AllocationRecord, node: Desired['node'], change: Partial<ObservedContainer> = {}): ObservedContainer {
  made += 1;
  return {
    id: `container-${made}`,
    name: containerName(record),
    labels: writeLabels({ ...record, node }),
    imageId: 'sha256:0',
    state: 'created',
    startedAt: null,
    finishedAt: null,
    exitCode: null,
    oomKilled: false,
    pid: null,
    error: null,
    ...change,
  };
}
