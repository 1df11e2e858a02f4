import { AppError } from '@muster/protocol/errors/app-error';
import { every } from '@muster/runtime/poll';
import { within } from '@muster/runtime/within';
import type { LogCollector } from '../logs/log-collector.ts';
import type { ObservedContainer, PullProgress } from '../ports/container-runtime.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { JsonStore } from '../state/json-store.ts';
import { LABEL, readLabels } from './labels.ts';
import { createLanes } from './lanes.ts';
import { observe } from './observe.ts';
import type { OrphanWatch } from './orphans.ts';
import { failure, withoutContainer } from './outcome.ts';
import { plan, type Observed } from './plan.ts';
import type { StatusBoard } from './status-board.ts';
import { updateRecord, type StepContext } from './executor.ts';
import { execute } from './executors.ts';
import type { RunningContainer } from '../resources/usage-sampler.ts';
import type { Step } from './steps.ts';

export interface Reconciler {
  /** Something changed: look and act soon. Cheap to call often. */
  wake(): void;
  /** The allocation's order changed what is wanted: what is in the way is given up. */
  interrupt(allocationId: string): void;
  /** Somebody else's stream from the engine broke off: evidence of an outage too short for a look. */
  engineGone(error: AppError): void;
  /** What runs for an allocation, as of the last look. */
  running(): RunningContainer[];
  /** No step runs, and the last look called for none. */
  isIdle(): boolean;
  /** Runs until the signal aborts and the last step has ended. */
  run(): Promise<void>;
}

export interface ReconcilerOptions {
  context: Omit<StepContext, 'signal' | 'onPullProgress'>;
  state: JsonStore<AgentState>;
  board: StatusBoard;
  logs: LogCollector;
  orphans: OrphanWatch;
  signal: AbortSignal;
  /** Looks at least this often, whatever the engine's events say. */
  resyncMs: number;
  onStatus: () => void;
  onStepFailed: (kind: Step['kind'], code: string) => void;
  /** Null error: delivered. */
  onSyncEnded: (orderId: string, error: AppError | null) => void;
}

const LAST_STEP_MS = 5_000;

/** Level-triggered: compares what is wanted with what is there and runs the difference, again and again. */
export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { context, state, board, logs, orphans, signal, resyncMs, onStatus, onSyncEnded } = options;
  const { node, runtime, store, logger, now, outages } = context;
  let requested = true;
  let passing = false;
  let planned = 0;
  let failing = false;
  let containers = new Map<string, ObservedContainer>();

  const lanes = createLanes({
    signal,
    run: (step, stepSignal) => runStep(step, { ...context, signal: stepSignal, onPullProgress: onProgress }),
    isCurrent: (step) => isCurrent(step),
    onStep: (step) => {
      if (step.kind !== 'sync') note(step.allocationId, { step: step.kind, pull: null });
    },
    onFailure: fail,
    onIdle: (lane) => {
      board.setActivity(lane, { step: null, pull: null });
      wake();
    },
  });

  function onProgress(allocationId: string, pull: PullProgress): void {
    note(allocationId, { pull });
  }

  function note(allocationId: string, activity: Parameters<StatusBoard['setActivity']>[1]): void {
    board.setActivity(allocationId, activity);
    if (board.refresh(store.list(), containers)) onStatus();
  }

  async function runStep(step: Step, stepContext: StepContext): Promise<void> {
    await execute(step.kind, step, stepContext);
    if (step.kind === 'sync') return endSync(step.sync.orderId, null);
    board.setActivity(step.allocationId, { error: null });
  }

  async function endSync(orderId: string, error: AppError | null): Promise<void> {
    await state.update((current) => ({ ...current, syncs: current.syncs.filter((sync) => sync.orderId !== orderId) }));
    onSyncEnded(orderId, error);
  }

  /** A stop or a newer epoch that arrives between two steps changes what comes next. */
  function isCurrent(step: Step): boolean {
    const record = store.get(step.allocationId);
    if (step.kind === 'pull' || step.kind === 'create' || step.kind === 'start')
      return record?.epoch === step.epoch && !record.stop && !record.outcome;
    return true;
  }

  async function fail(step: Step, error: AppError, retryInMs: number | null): Promise<void> {
    const { allocationId, epoch, kind } = step;
    logger.warn({ event: 'step.failed', step: kind, allocationId, epoch, code: error.code, retryInMs, err: error }, error.publicMessage);
    const { code, publicMessage: message, hint } = error;
    options.onStepFailed(kind, code);
    if (step.kind === 'sync') {
      return retryInMs === null ? endSync(step.sync.orderId, error) : undefined;
    }
    if (retryInMs !== null) return note(allocationId, { error: { code, message, hint } });
    await updateRecord({ ...context, signal, onPullProgress: onProgress }, step, (record) =>
      record.outcome ? record : { ...record, outcome: withoutContainer(failure(error), record, now()) },
    );
  }

  async function pass(): Promise<void> {
    const look = lanes.beginLook();
    const records = store.list();
    const observed = await observe(runtime, node, records);
    outages.answered();
    recovered();
    containers = presentContainers(observed);
    for (const record of records) {
      const container = containers.get(record.allocationId);
      if (container?.state === 'running' && !record.outcome) logs.follow(record.allocationId, container.id);
    }
    const sweep = orphans.look(observed, new Set(records.map(({ allocationId }) => allocationId)));
    const steps = plan({ node, allocations: records, syncs: state.get().syncs, sweep }, observed);
    planned = steps.length;
    lanes.start(steps, look);
    if (board.refresh(store.list(), containers)) onStatus();
  }

  function presentContainers({ containers: all }: Observed): Map<string, ObservedContainer> {
    return new Map(
      all.flatMap((container) => {
        const owner = readLabels(container.labels, node);
        const record = owner && store.get(owner.allocationId);
        return record?.epoch === owner?.epoch && record ? [[record.allocationId, container] as const] : [];
      }),
    );
  }

  /** Passes never overlap; a wake during one makes another follow. */
  async function passWhileRequested(): Promise<void> {
    if (passing) return;
    passing = true;
    try {
      while (requested && !signal.aborted) {
        requested = false;
        await pass();
      }
    } finally {
      passing = false;
    }
  }

  /** Said once per outage, however often the engine is asked meanwhile. */
  function onError(err: unknown): void {
    if (!isOwnTrouble(err)) outages.failed();
    if (!failing) logger.warn({ event: 'reconcile.failed', err }, 'looking at the containers failed; trying again');
    failing = true;
  }

  function recovered(): void {
    if (failing) logger.info({ event: 'reconcile.recovered' }, 'the engine answers again');
    failing = false;
  }

  function wake(): void {
    requested = true;
    if (!signal.aborted) queueMicrotask(() => void passWhileRequested().catch(onError));
  }

  async function followEvents(): Promise<void> {
    for await (const { labels } of runtime.watch({ [LABEL.node]: node }, signal)) {
      const owner = readLabels(labels, node);
      // Most events are of our own steps, and their lane looks when it comes to rest.
      if (owner === null || !lanes.isBusy(owner.allocationId)) wake();
    }
    onStreamEnded(new AppError('DOCKER_UNAVAILABLE'));
  }

  /** A stream ends with the engine, be it for so short a time that no look notices; the look that follows finds it back. */
  function onStreamEnded(err: unknown): void {
    if (signal.aborted) return;
    onError(err);
    wake();
  }

  return {
    wake,
    running: () =>
      [...containers].flatMap(([allocationId, { id, pid, state: phase }]) => (phase === 'running' ? [{ allocationId, id, pid }] : [])),
    isIdle: () => !requested && !passing && planned === 0 && lanes.isIdle(),
    interrupt(allocationId) {
      lanes.interrupt(allocationId);
      wake();
    },
    engineGone: onStreamEnded,
    async run() {
      const resync = every(resyncMs, () => (wake(), undefined), { signal, onError });
      const events = every(1_000, followEvents, { signal, onError: onStreamEnded });
      await Promise.all([resync, events]);
      // What the engine was asked for it finishes by itself; the next start picks it up by label.
      await within(LAST_STEP_MS, lanes.settled());
    },
  };
}

/** No file handle to ask with is our trouble, and no outage of the engine's. */
const isOwnTrouble = (error: unknown): boolean =>
  error instanceof Error && (('code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE')) || isOwnTrouble(error.cause));
