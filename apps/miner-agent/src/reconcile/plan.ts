import type { Address } from 'viem';
import type { ContainerState, Labels, ObservedContainer, ObservedNetwork } from '../ports/container-runtime.ts';
import type { AllocationRecord, Desired } from './desired.ts';
import { readLabels, type AllocationLabels } from './labels.ts';
import type { Step, StepOf } from './steps.ts';

/** What the engine says. Foreign containers may be among them; they are looked at, never touched. */
export interface Observed {
  containers: readonly ObservedContainer[];
  networks: readonly ObservedNetwork[];
  /** Ids of the images that waiting allocations were given and that are on this machine. */
  images: ReadonlySet<string>;
}

type Owned<T> = { thing: T; owner: AllocationLabels };
type PlanOfOne = { steps: Step[]; ends: boolean };

/** How long a container that nobody claims any more gets after SIGTERM. */
const LEFTOVER_GRACE_MS = 10_000;

/** The steps that turn what is observed into what is desired, in order per allocation; none when they agree. Pure. */
export function plan(desired: Desired, observed: Observed): Step[] {
  const containers = ownedBy(desired.node, observed.containers);
  const networks = ownedBy(desired.node, observed.networks);
  const known = new Set(desired.allocations.map((record) => record.allocationId));

  const syncs: Step[] = desired.syncs.map((sync) => ({ kind: 'sync', allocationId: sync.allocationId, epoch: sync.epoch, sync }));
  const allocations = desired.allocations.flatMap((record) => {
    const belongs = ({ owner }: Owned<unknown>) => owner.allocationId === record.allocationId;
    return planAllocation(record, { containers: containers.filter(belongs), networks: networks.filter(belongs), images: observed.images });
  });
  const isSwept = ({ owner }: Owned<unknown>) => !known.has(owner.allocationId) && desired.sweep.has(owner.allocationId);
  const swept = [
    ...containers.filter(isSwept).flatMap((orphan) => discard(orphan, LEFTOVER_GRACE_MS)),
    ...networks.filter(isSwept).map(removeNetwork),
  ];
  return [...syncs, ...allocations, ...swept];
}

interface Surroundings {
  containers: readonly Owned<ObservedContainer>[];
  networks: readonly Owned<ObservedNetwork>[];
  images: ReadonlySet<string>;
}

function planAllocation(record: AllocationRecord, { containers, networks, images }: Surroundings): Step[] {
  const isPresent = ({ owner }: Owned<unknown>) => owner.epoch === record.epoch && owner.specHash === record.specHash;
  const current = preferred(containers.filter(isPresent), record);
  // Only the present epoch may run: what another one left behind goes before anything else happens.
  const stale = containers.filter((container) => container !== current);
  const { steps, ends } = current ? planWithContainer(record, current) : planWithoutContainer(record, images);
  return [
    ...stale.flatMap((container) => discard(container, record.stop?.graceMs ?? LEFTOVER_GRACE_MS)),
    ...networks.filter((network) => !isPresent(network)).map(removeNetwork),
    ...steps,
    ...(ends ? networks.filter(isPresent).map(removeNetwork) : []),
  ];
}

function planWithoutContainer(record: AllocationRecord, images: ReadonlySet<string>): PlanOfOne {
  if (record.outcome) return { steps: [], ends: true };
  const target = targetOf(record);
  if (record.stop) {
    const outcome = { phase: record.stop.phase, reason: record.stop.reason, error: record.stop.error ?? null };
    return { steps: [{ kind: 'finish', ...target, outcome }], ends: true };
  }
  // A container that was made and is gone may have run to its end: making another could run the task twice.
  if (record.containerId !== null) return { steps: [{ kind: 'finish', ...target, outcome: 'vanished' }], ends: true };
  const hasImage = record.image !== null && images.has(record.image.id);
  const pull: Step[] = hasImage ? [] : [{ kind: 'pull', ...target, image: record.spec.image }];
  return { steps: [...pull, { kind: 'create', ...target }, { kind: 'start', ...target }], ends: false };
}

function planWithContainer(record: AllocationRecord, current: Owned<ObservedContainer>): PlanOfOne {
  const target = targetOf(record);
  const { id: containerId, state, startedAt } = current.thing;
  if (record.outcome) return { steps: discard(current, LEFTOVER_GRACE_MS), ends: true };

  const collect: Step[] = [
    { kind: 'collect', ...target, containerId },
    { kind: 'remove', ...target, containerId },
  ];
  if (record.stop) {
    const stop: Step[] = isLive(state) ? [{ kind: 'stop', ...target, containerId, graceMs: record.stop.graceMs }] : [];
    return { steps: [...stop, ...collect], ends: true };
  }
  if (state === 'removing') return { steps: [], ends: false };
  if (state === 'created') return { steps: [{ kind: 'start', ...target }], ends: false };
  if (record.restart && startedAt === record.restart.insteadOf) {
    return { steps: [{ kind: 'restart', ...target, containerId, graceMs: record.restart.graceMs }], ends: false };
  }
  return isLive(state) ? { steps: [], ends: false } : { steps: collect, ends: true };
}

/** There is at most one, since its name is unique; should an engine disagree, the one that we made or that runs is it. */
const preferred = (candidates: readonly Owned<ObservedContainer>[], record: AllocationRecord): Owned<ObservedContainer> | undefined =>
  candidates.find(({ thing }) => thing.id === record.containerId) ?? candidates.find(({ thing }) => isLive(thing.state)) ?? candidates[0];

function discard({ thing, owner }: Owned<ObservedContainer>, graceMs: number): Step[] {
  const target = targetOf(owner);
  const stop: StepOf<'stop'>[] = isLive(thing.state) ? [{ kind: 'stop', ...target, containerId: thing.id, graceMs }] : [];
  return [...stop, { kind: 'remove', ...target, containerId: thing.id }];
}

const removeNetwork = ({ thing, owner }: Owned<ObservedNetwork>): Step => ({
  kind: 'remove-network',
  ...targetOf(owner),
  network: thing.name,
});

const targetOf = ({ allocationId, epoch }: { allocationId: string; epoch: number }) => ({ allocationId, epoch });

const isLive = (state: ContainerState): boolean => state === 'running' || state === 'paused' || state === 'restarting';

function ownedBy<T extends { labels: Labels }>(node: Address, things: readonly T[]): Owned<T>[] {
  return things.flatMap((thing) => {
    const owner = readLabels(thing.labels, node);
    return owner ? [{ thing, owner }] : [];
  });
}
