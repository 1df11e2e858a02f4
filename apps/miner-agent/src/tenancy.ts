import { AppError } from '@muster/protocol/errors/app-error';
import { err } from '@muster/protocol/errors/result';
import { signMessage } from '@muster/protocol/messages/define-message';
import { EncryptionKeyStatement } from '@muster/protocol/messages/encryption-key-statement';
import { systemClock } from '@muster/runtime/clock';
import { within } from '@muster/runtime/within';
import { every } from '@muster/runtime/poll';
import { createCgroupReader } from './adapters/host/cgroup-usage.ts';
import { createSnapshotDelivery, MAX_SNAPSHOT_BYTES } from './adapters/master/snapshot-delivery.ts';
import type { AgentContext } from './context.ts';
import { createKeyedTurns } from './images/keyed-turns.ts';
import { createCredentialsOpener } from './images/open-credentials.ts';
import { lookAtDisk } from './isolation/look-at-disk.ts';
import { createLogCollector } from './logs/log-collector.ts';
import { createClockWatch } from './loops/clock-watch.ts';
import { createFence } from './loops/fence.ts';
import { heartbeatBody } from './loops/heartbeat-body.ts';
import { createLeaseKeeper } from './loops/keep-lease.ts';
import { forgetFinished } from './loops/housekeeping.ts';
import { createSessionLoop } from './loops/session.ts';
import { guardMachine } from './loops/guard-machine.ts';
import { stopDrained } from './loops/stop-drained.ts';
import { isAllEnded, stopAllocations, type StopReason } from './loops/stop-allocations.ts';
import { createOwnerSide, type OwnerSide } from './operator/owner-side.ts';
import { createOrderDesk } from './orders/order-desk.ts';
import type { HouseRules } from './policy/house-rules.ts';
import { LABEL } from './reconcile/labels.ts';
import { createEngineOutages } from './reconcile/engine-outages.ts';
import { createAnnouncedOrphans } from './reconcile/announced-orphans.ts';
import { createReconciler } from './reconcile/reconciler.ts';
import type { GpuWatch } from './resources/gpu-watch.ts';
import { createMeter } from './resources/meter.ts';
import type { DiskSight } from './resources/promisable-disk.ts';
import { createStatusBoard } from './reconcile/status-board.ts';
import { sweepHelpers } from './reconcile/sweep-helpers.ts';
import { createOutbox } from './session/outbox.ts';
import type { AcceptedInvite } from './state/agent-state.ts';
import { createSlowWrites } from './state/slow-writes.ts';

/** The node's work for its master: session, orders, containers, logs. It lives on whatever the chain or the network do meanwhile. */
export interface Tenancy extends OwnerSide {
  run(): Promise<void>;
  acceptInvite(invite: AcceptedInvite): Promise<void>;
  inviteChanged(): void;
  /** Ends every allocation gracefully and tells the master if it can. */
  stopAll(why: StopReason): Promise<void>;
  /** The run is over for this node: what its tasks stored goes too. */
  removeVolumes(): Promise<void>;
  forgetFinished(): Promise<void>;
  hasInit(): Promise<boolean>;
}

const RESYNC_MS = 15_000;
const FLUSH_MS = 500;
const WATCH_MS = 1_000;
const METER_MS = 5_000;
const SLOW_WRITE_MS = 1_000;
/** After the last container has ended: for its last words to reach the master. */
const FAREWELL_MS = 5_000;

export async function createTenancy(context: AgentContext, { rules, gpus }: { rules: HouseRules; gpus: GpuWatch }): Promise<Tenancy> {
  const { config, runId, stores, runtime, images, isolation, host, signer, domain, allowPrivate, logger, now, monotonic, signal } = context;
  const { tally, portDesk, diskBooks, diskPath } = context;
  const { state, allocations: store } = stores;
  const node = signer.address;
  const board = createStatusBoard(now, portDesk.published);
  const logs = await createLogCollector({
    directory: stores.logsDirectory,
    maxBytesPerAllocation: config.logSpoolBytes,
    maxBytes: config.logSpoolTotalBytes,
    flushMs: FLUSH_MS,
    onDropped: (lines) => tally.add('log_dropped_lines', {}, lines),
    onEngineGone: (error) => reconciler.engineGone(error),
    runtime,
    logger,
    signal,
  });
  const timed = createSlowWrites({ logger, slowMs: SLOW_WRITE_MS, onSlow: () => tally.add('slow_writes', {}) });
  const fence = createFence({
    clock: context.bootClock,
    kept: await stores.lease.read(),
    lostAfterMs: state.get().invite?.lostAfterMs ?? null,
    keep: (lease) =>
      void timed(stores.lease.write(lease)).catch((err: unknown) =>
        logger.debug({ event: 'lease.unwritten', err }, 'the lease is not on disk'),
      ),
  });
  const lease = createLeaseKeeper({ fence, store, logger, onCut: () => reconciler.wake() });
  const clocks = createClockWatch({ now, logger });
  const orphans = createAnnouncedOrphans({ node, monotonic, now, graceMs: config.orphanGraceMs, logger });
  const keyStatement = () => {
    const { invite } = state.get();
    const { publicKey } = stores.encryptionKey;
    return (
      invite &&
      signMessage(EncryptionKeyStatement, { runId, node, seq: invite.seq, encryptionKey: publicKey, issuedAt: now() }, { domain, signer })
    );
  };
  const outbox = createOutbox({
    board,
    logs,
    keyStatement,
    monotonic,
    onReported: () => undefined,
    onDelivered: (bytes) => tally.add('log_delivered_bytes', {}, bytes),
  });
  logs.onChunk(() => outbox.poke());
  let init: Promise<boolean> | undefined;
  const hasInit = () =>
    (init ??= runtime.info().then(
      (info) => info.hasInit,
      () => ((init = undefined), false),
    ));

  const session = createSessionLoop({
    state,
    domain,
    signer,
    now,
    logger,
    signal,
    allowPrivate,
    leastHeartbeatMs: config.leastHeartbeatMs,
    outbox,
    currentInvite: () => state.get().invite,
    heartbeatBody: async () => heartbeatBody({ meter, board, orphans, state, store, rules, diskPath: await diskPath(), now }),
    onOrders,
    onOrdersComplete,
    onMasterClock: (theirs) => clocks.masterSays(theirs),
    moment: () => fence.now(),
    onContact: (lostAfterMs, askedAt) => lease.contact(lostAfterMs, askedAt),
  });
  const deliverSnapshot = createSnapshotDelivery({ channel: session.channel, state, domain, signer, allowPrivate, now });
  const credentialsOf = createCredentialsOpener({ domain, node, privateKey: stores.encryptionKey.privateKey });
  const reconciler = createReconciler({
    state,
    board,
    logs,
    orphans,
    signal,
    resyncMs: RESYNC_MS,
    context: {
      node,
      runtime,
      images,
      credentialsOf,
      isolation,
      portDesk,
      store,
      logs,
      logger,
      now,
      outages: createEngineOutages(now),
      hasInit,
      scratchDir: stores.scratchDirectory,
      deliverSnapshot,
      maxSnapshotBytes: MAX_SNAPSHOT_BYTES,
      inSyncTurn: createKeyedTurns(),
    },
    onStatus: () => outbox.poke(),
    onStepFailed: (step, code) => {
      tally.add('step_failures', { step, code });
      if (step === 'create' || step === 'start') gpus.doubt();
    },
    onSyncEnded: (orderId, error) =>
      desk.settle(
        error ? { orderId, ok: false, error: { code: error.code, message: error.publicMessage.slice(0, 2000) } } : { orderId, ok: true },
      ),
  });
  const meter = createMeter({
    host,
    running: reconciler.running,
    // The kernel knows at once; an engine on another machine has to be asked.
    readers: [createCgroupReader(), { read: ({ id }) => runtime.readUsage(id).catch(() => null) }],
    gpus,
    monotonic,
  });
  /** Why nothing new is begun: everything is being stopped. */
  let ending: string | null = null;
  const desk = createOrderDesk({
    domain,
    node,
    state,
    store,
    runtime,
    // Whoever is told that its container was stopped may ask for another at once.
    admit: (...order) => (ending === null ? rules.admit(...order) : err(new AppError('NODE_NOT_READY', { publicMessage: ending }))),
    logger,
    now,
    onAnswered: (kind, answer) => tally.add('orders', { kind, result: answer }),
    onResult: (result) => outbox.addResult(result),
    onChanged: (allocationId) => (allocationId === null ? reconciler.wake() : reconciler.interrupt(allocationId)),
    onInspect: (allocationId) => {
      board.repeat(allocationId);
      outbox.poke();
    },
  });

  async function onOrders(orders: readonly unknown[]): Promise<void> {
    await lease.enforce();
    await desk.take(orders);
  }

  /** What the master does not name it does not want. */
  async function onOrdersComplete(named: ReadonlySet<string>): Promise<void> {
    orphans.ordersAreComplete();
    board.repeat();
    const stopped = await stopAllocations(
      store,
      { phase: 'Lost', reason: 'the master no longer wants this allocation' },
      ({ allocationId }) => !named.has(allocationId),
    );
    if (stopped > 0)
      logger.warn({ event: 'allocations.unwanted', stopped }, 'the master does not name allocations that run here; stopping them');
    reconciler.wake();
  }

  const readFree = async () => (await host.diskSpace(await diskPath())).freeBytes;

  async function onSeen(sight: Omit<DiskSight, 'imagesBytes'>): Promise<void> {
    meter.noteDisk(sight.shares);
    const freeBytes = Math.min(sight.freeBytes, await readFree());
    diskBooks.note({ ...sight, freeBytes, imagesBytes: await images.heldBytes() });
  }

  /** Time and silence have consequences too. */
  async function look(): Promise<void> {
    const drained = await stopDrained(store, state.get(), now());
    const closing = await rules.drainDue();
    if (drained + closing > 0) reconciler.wake();
    await lease.enforce();
  }

  return {
    hasInit,
    async run() {
      const onError = (err: unknown) => logger.warn({ event: 'watch.failed', err }, 'looking after the allocations failed; trying again');
      // Before anything is looked at or started: a former life may have been cut off, and this machine may have been off.
      await lease.enforce().catch(onError);
      await sweepHelpers(runtime, node).catch(onError);
      // Nothing is promised of a disk that nobody has seen.
      await lookAtDisk({ node, runtime, readFree, records: store.list() }).then(onSeen).catch(onError);
      await Promise.all([
        session.run(),
        reconciler.run(),
        every(WATCH_MS, look, { signal, onError }),
        every(METER_MS, meter.look, { signal, onError }),
        every(METER_MS, gpus.look, { signal, onError }),
        ...guardMachine({ ...context, node, store, reconciler, onSeen, onError }),
      ]);
    },
    async acceptInvite(invite) {
      await state.update((current) => ({ ...current, invite }));
      await lease.contact(invite.lostAfterMs, fence.now());
      session.inviteChanged();
    },
    inviteChanged: () => session.inviteChanged(),
    async stopAll(why) {
      ending = `The node takes no new work: ${why.reason}`;
      const longest = Math.max(0, ...store.list().map(({ spec, outcome }) => (outcome ? 0 : spec.graceMs)));
      await stopAllocations(store, why);
      for (const { allocationId } of store.list()) reconciler.interrupt(allocationId);
      await waitUntil(() => isAllEnded(store), longest + 30_000);
      await waitUntil(() => reconciler.isIdle(), 10_000);
      const channel = session.channel();
      if (channel) await within(FAREWELL_MS, outbox.flush(channel)).catch(() => undefined);
      ending = null;
    },
    async removeVolumes() {
      for (const name of await runtime.listVolumes({ [LABEL.node]: node, [LABEL.run]: runId })) {
        await runtime.removeVolume(name);
        logger.info({ event: 'volume.removed', volume: name }, 'a volume is removed');
      }
    },
    forgetFinished: () => forgetFinished({ store, state, board, logs, logger, now }),
    ...createOwnerSide({ ...context, session, board, logs, orphans, fence }),
  };
}

async function waitUntil(condition: () => boolean, timeoutMs: number): Promise<void> {
  const until = performance.now() + timeoutMs;
  while (!condition() && performance.now() < until) await systemClock.sleep(50);
}
