import type { Logger } from '@muster/runtime/logger';
import type { Address, Hex } from 'viem';
import type { LogCollector } from '../logs/log-collector.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { AllocationStore } from '../state/allocation-store.ts';
import type { AllocationRecord } from './desired.ts';
import type { StepKind, StepOf } from './steps.ts';
import { collect } from './executors/collect.ts';
import { create } from './executors/create.ts';
import { finish } from './executors/finish.ts';
import { pull } from './executors/pull.ts';
import { remove, removeNetwork } from './executors/remove.ts';
import { restart } from './executors/restart.ts';
import { start } from './executors/start.ts';
import { stop } from './executors/stop.ts';
import { sync } from './executors/sync.ts';

export interface StepContext {
  node: Address;
  runtime: ContainerRuntime;
  store: AllocationStore;
  logs: LogCollector;
  logger: Logger;
  now: () => number;
  /** Aborts when the agent stops, or when the step is no longer wanted. */
  signal: AbortSignal;
  /** For archives on their way; emptied at start. */
  scratchDir: string;
  hasInit: () => Promise<boolean>;
  onPullProgress: (allocationId: string, progress: { current: number; total: number }) => void;
  deliverSnapshot: DeliverSnapshot;
}

/** Uploads an archive and hands in the signed acknowledgment. */
export type DeliverSnapshot = (
  step: StepOf<'sync'>['sync'],
  archive: { file: string; sha256: Hex; sizeBytes: number },
  signal: AbortSignal,
) => Promise<void>;

export type Executor<K extends StepKind> = (step: StepOf<K>, context: StepContext) => Promise<void>;

/** One executor per kind of step: a kind without one does not compile. */
export const EXECUTORS: { readonly [K in StepKind]: Executor<K> } = {
  pull,
  create,
  start,
  restart,
  stop,
  collect,
  finish,
  remove,
  'remove-network': removeNetwork,
  sync,
};

/** Dispatch without a cast: the mapped type keeps each kind with its own executor. */
export function execute<K extends StepKind>(kind: K, step: StepOf<K>, context: StepContext): Promise<void> {
  const executor: Executor<K> = EXECUTORS[kind];
  return executor(step, context);
}

/** Changes the record of a step's allocation, unless it has moved on to another epoch meanwhile. */
export async function updateRecord(
  { store }: StepContext,
  { allocationId, epoch }: { allocationId: string; epoch: number },
  change: (record: AllocationRecord) => AllocationRecord,
): Promise<void> {
  await store.update(allocationId, (record) => (record?.epoch === epoch ? change(record) : undefined));
}
