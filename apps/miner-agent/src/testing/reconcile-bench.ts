import { ok } from '@muster/protocol/errors/result';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { specHash, type TaskSpec } from '@muster/protocol/task-spec/task-spec';
import { createLoggerTo } from '@muster/runtime/logger';
import type { Address } from 'viem';
import { probePort } from '../adapters/host/probe-port.ts';
import { createSystemHost } from '../adapters/host/system-host.ts';
import { createLogCollector } from '../logs/log-collector.ts';
import { openImages } from '../images/open-images.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import { createKeyedTurns } from '../images/keyed-turns.ts';
import type { AllocationRecord, SyncRecord } from '../reconcile/desired.ts';
import { createPortDesk } from '../publishing/port-desk.ts';
import type { PortRange } from '../publishing/port-range.ts';
import { createEngineOutages } from '../reconcile/engine-outages.ts';
import { createOrphanWatch } from '../reconcile/orphans.ts';
import { createReconciler } from '../reconcile/reconciler.ts';
import { createStatusBoard } from '../reconcile/status-board.ts';
import type { DeliverSnapshot } from '../reconcile/executor.ts';
import { agentStateSchema, initialState } from '../state/agent-state.ts';
import { openAllocationStore } from '../state/allocation-store.ts';
import { claimedImages } from '../state/open-stores.ts';
import { openJsonStore } from '../state/json-store.ts';
import { TEST_IMAGE, waitFor } from './test-docker.ts';
import { testIsolation } from './test-isolation.ts';
import { testRecord, testSpec } from './test-record.ts';

export interface BenchOptions {
  directory: string;
  node: Address;
  runtime: ContainerRuntime;
  orphanGraceMs?: number;
  imageBytes?: number;
  /** Ports of this machine that containers may be published on. */
  ports?: PortRange | null;
  deliverSnapshot?: DeliverSnapshot;
  maxSnapshotBytes?: number;
}

/** The reconciling half of an agent over a real engine; `stop` is as abrupt as a crash that finishes its current write. */
export async function startBench({
  directory,
  node,
  runtime,
  orphanGraceMs = 60_000,
  imageBytes,
  ports = null,
  deliverSnapshot,
  maxSnapshotBytes = 1e7,
}: BenchOptions) {
  const abort = new AbortController();
  const { signal } = abort;
  const logger = createLoggerTo({ write: (line) => void (process.env['BENCH_LOG'] && process.stdout.write(line)) }, { name: 'bench' });
  const identity = { chainId: 31337, registry: node, runId: '1', node };
  const state = await openJsonStore(join(directory, 'agent.json'), agentStateSchema, initialState(identity));
  const store = await openAllocationStore(join(directory, 'allocations'));
  const logs = await createLogCollector({
    directory: join(directory, 'logs'),
    maxBytesPerAllocation: 1e6,
    maxBytes: 1e7,
    flushMs: 50,
    runtime,
    logger,
    signal,
  });
  const images = await openImages({
    config: { imageBytes: imageBytes ?? null, localImages: 'all', dataDir: directory, isolation: { diskReserveBytes: 0 } },
    node,
    runtime,
    host: createSystemHost(),
    stores: { imagesDirectory: join(directory, 'images'), claimedImages: () => claimedImages(store.list(), state.get()) },
    allowPrivate: true,
    promisedBytes: () => 0,
    judge: () => ok(undefined),
    now: Date.now,
    logger,
  });
  const portDesk = createPortDesk({
    range: ports,
    host: '127.0.0.1',
    address: () => '127.0.0.1',
    store,
    isFree: probePort,
    listPublished: runtime.listPublishedPorts,
  });
  const board = createStatusBoard(Date.now, portDesk.published);
  const monotonic = () => performance.now();
  const orphans = createOrphanWatch({
    node,
    graceMs: orphanGraceMs,
    monotonic,
    now: Date.now,
    onFound: () => undefined,
    onSettled: () => undefined,
  });
  const syncEnds = new Map<string, string>();
  const info = await runtime.info();
  const reconciler = createReconciler({
    context: {
      node,
      runtime,
      isolation: testIsolation,
      portDesk,
      images,
      credentialsOf: async () => null,
      store,
      logs,
      logger,
      now: Date.now,
      outages: createEngineOutages(Date.now),
      hasInit: async () => info.hasInit,
      scratchDir: join(directory, 'scratch'),
      deliverSnapshot: deliverSnapshot ?? (() => Promise.reject(new Error('no master in this test'))),
      maxSnapshotBytes,
      inSyncTurn: createKeyedTurns(),
    },
    state,
    board,
    logs,
    orphans,
    signal,
    resyncMs: 500,
    onStatus: () => undefined,
    onStepFailed: () => undefined,
    onSyncEnded: (orderId, error) => void syncEnds.set(orderId, error?.code ?? 'delivered'),
  });
  const running = reconciler.run();

  return {
    state,
    store,
    images,
    logs,
    board,
    reconciler,
    orphans,
    /** As a start order leaves it. */
    async place(spec: Partial<TaskSpec>, record: Partial<AllocationRecord> = {}): Promise<string> {
      const full = testSpec(spec);
      const allocationId = record.allocationId ?? randomUUID();
      await store.update(allocationId, () =>
        testRecord({ taskId: randomUUID(), ...record, allocationId, spec: full, specHash: specHash(full) }),
      );
      reconciler.wake();
      return allocationId;
    },
    /** As a sync order leaves it; ends with the code of its error, or `delivered`. */
    async sync(record: Omit<SyncRecord, 'orderId' | 'snapshotId' | 'image'>): Promise<string> {
      const orderId = randomUUID();
      const own = { ...record, orderId, snapshotId: randomUUID(), image: TEST_IMAGE };
      await state.update((current) => ({ ...current, syncs: [...current.syncs, own] }));
      reconciler.wake();
      return waitFor(() => syncEnds.get(orderId));
    },
    async requestStop(allocationId: string, graceMs = 1_000): Promise<void> {
      await store.update(
        allocationId,
        (current) => current && { ...current, stop: { graceMs, reason: 'the buyer stopped it', phase: 'Cancelled' } },
      );
      reconciler.interrupt(allocationId);
    },
    phaseOf: (allocationId: string) => board.current().find((status) => status.allocationId === allocationId)?.phase,
    statusOf: (allocationId: string) => board.current().find((status) => status.allocationId === allocationId),
    async linesOf(allocationId: string): Promise<string[]> {
      const chunks = (await logs.pending(1_000)).filter((chunk) => chunk.allocationId === allocationId);
      return chunks.flatMap(({ lines }) => lines.map(({ text }) => text));
    },
    async stop(): Promise<void> {
      abort.abort();
      await running;
    },
  };
}
