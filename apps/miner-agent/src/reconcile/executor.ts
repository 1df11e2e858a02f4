import type { Logger } from '@muster/runtime/logger';
import type { Address, Hex } from 'viem';
import type { Isolation } from '../isolation/isolation.ts';
import type { LogCollector } from '../logs/log-collector.ts';
import type { KeyedTurns } from '../images/keyed-turns.ts';
import type { Images } from '../images/create-images.ts';
import type { PortDesk } from '../publishing/port-desk.ts';
import type { RegistryCredentials } from '../ports/image-registry.ts';
import type { ContainerRuntime, PullProgress } from '../ports/container-runtime.ts';
import type { AllocationStore } from '../state/allocation-store.ts';
import type { EngineOutages } from './engine-outages.ts';
import type { AllocationRecord } from './desired.ts';
import type { StepKind, StepOf } from './steps.ts';

/** What every executor works with. */
export interface StepContext {
  node: Address;
  runtime: ContainerRuntime;
  images: Pick<Images, 'ensure'>;
  credentialsOf: (record: AllocationRecord) => Promise<RegistryCredentials | null>;
  store: AllocationStore;
  logs: LogCollector;
  logger: Logger;
  now: () => number;
  outages: EngineOutages;
  /** Aborts when the agent stops, or when the step is no longer wanted. */
  signal: AbortSignal;
  /** For archives on their way; emptied at start. */
  scratchDir: string;
  hasInit: () => Promise<boolean>;
  isolation: Pick<Isolation, 'admit'>;
  portDesk: Pick<PortDesk, 'assign' | 'distrust'>;
  onPullProgress: (allocationId: string, progress: PullProgress) => void;
  deliverSnapshot: DeliverSnapshot;
  /** Of one archive. */
  maxSnapshotBytes: number;
  inSyncTurn: KeyedTurns;
}

/** Uploads an archive and hands in the signed acknowledgment. */
export type DeliverSnapshot = (
  step: StepOf<'sync'>['sync'],
  archive: { file: string; sha256: Hex; sizeBytes: number },
  signal: AbortSignal,
) => Promise<void>;

export type Executor<K extends StepKind> = (step: StepOf<K>, context: StepContext) => Promise<void>;

/** Changes the record of a step's allocation, unless it has moved on to another epoch meanwhile. */
export async function updateRecord(
  { store }: StepContext,
  { allocationId, epoch }: { allocationId: string; epoch: number },
  change: (record: AllocationRecord) => AllocationRecord,
): Promise<void> {
  await store.update(allocationId, (record) => (record?.epoch === epoch ? change(record) : undefined));
}
