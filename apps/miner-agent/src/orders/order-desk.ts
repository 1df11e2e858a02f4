import { AppError } from '@muster/protocol/errors/app-error';
import type { ErrorCode } from '@muster/protocol/errors/codes';
import { verifyEnvelope } from '@muster/protocol/messages/define-message';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import type { OrderResult } from '@muster/protocol/messages/frames';
import { Order } from '@muster/protocol/messages/order';
import { parseOrderBody, type KindedOrder } from '@muster/protocol/messages/order-body';
import { unwrap } from '@muster/protocol/errors/result';
import type { Logger } from '@muster/runtime/logger';
import type { Address } from 'viem';
import { whyDraining } from '../operator/drain.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import { isNewer, type AllocationRecord, type SyncRecord } from '../reconcile/desired.ts';
import { findContainer } from '../reconcile/observe.ts';
import { toAppError } from '../reconcile/step-failure.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { AllocationStore, Change } from '../state/allocation-store.ts';
import type { JsonStore } from '../state/json-store.ts';
import { applyOrder } from './apply-order.ts';
import type { Gatekeeper } from './gatekeeper.ts';

export interface OrderDeskOptions {
  domain: MusterDomain;
  node: Address;
  state: JsonStore<AgentState>;
  store: AllocationStore;
  runtime: Pick<ContainerRuntime, 'listContainers'>;
  /** Decides about new work. */
  admit: Gatekeeper;
  logger: Logger;
  now: () => number;
  /** An order's result, to be reported until the master has it. */
  onResult: (result: OrderResult) => void;
  /** How an order went: `ok`, or the code of its refusal. */
  onAnswered: (kind: Order['kind'], answer: string) => void;
  onChanged: (allocationId: string | null) => void;
  /** Report this allocation's status even if it is no news. */
  onInspect: (allocationId: string) => void;
}

/** Where orders come in, by whichever way: verifies, writes down what they ask for, and answers for each. */
export interface OrderDesk {
  take(envelopes: readonly unknown[]): Promise<void>;
  /** The late answer to a sync. */
  settle(result: OrderResult): void;
}

const KEPT_RESULTS = 2_000;
/** Written down together, and done one after the other. */
const MAX_SYNCS = 100;

export function createOrderDesk(options: OrderDeskOptions): OrderDesk {
  const { domain, node, state, store, runtime, admit, logger, now, onResult, onChanged, onInspect } = options;
  let last: Promise<void> = Promise.resolve();

  /** Throws for an order that cannot be trusted: that one gets no answer, since it may not be the master's. */
  function verify(envelope: unknown): Order {
    const { invite, identity } = state.get();
    if (!invite) throw new AppError('INVITE_UNKNOWN');
    const { message } = unwrap(verifyEnvelope(Order, envelope, { domain, now: now(), expectedSigner: invite.master }));
    if (message.runId !== identity.runId || message.node !== node) throw new AppError('AUDIENCE_WRONG');
    if (message.seq !== invite.seq) throw new AppError('STALE_REGISTRATION');
    if (message.masterEpoch !== invite.masterEpoch)
      throw new AppError('INVITE_STALE_MASTER', { publicMessage: 'The order is from another term of the master' });
    return message;
  }

  const isKnown = (allocationId: string): boolean => store.get(allocationId) !== undefined || store.isDamaged(allocationId);

  /** Results of the last orders by id: a repetition is answered without doing anything again. */
  const results = new Map<string, OrderResult>();

  async function carryOut(order: Order): Promise<void> {
    const version = { masterEpoch: order.masterEpoch, counter: order.counter };
    const kinded = unwrap(parseOrderBody(order));
    // Up to here everything is done and forgotten: whatever comes again from there is a replay.
    const isForgotten = !isNewer(version, state.get().forgottenOrders);
    if (isForgotten && !(hasAllocation(kinded) && isKnown(kinded.body.allocationId))) throw new AppError('ORDER_REPLAYED');
    await dispatch(order, kinded, version);
    // What was taken on is taken on, whether or not the disk notes its number: the allocation's record bears it too.
    await state
      .update((current) => (isNewer(version, current.newestOrder) ? { ...current, newestOrder: version } : current))
      .catch((err: unknown) => logger.warn({ event: 'state.unwritten', err }, 'the number of the newest order is not on disk'));
  }

  async function dispatch(order: Order, kinded: KindedOrder, version: { masterEpoch: number; counter: number }): Promise<void> {
    if (kinded.kind === 'drain') {
      const { reason, deadlineMs } = kinded.body;
      await state.update((current) => (current.drain ? current : { ...current, drain: { reason, deadline: deadlineMs } }));
      return onChanged(null);
    }
    const { allocationId, epoch } = kinded.body;
    if (kinded.kind === 'inspect') {
      if (store.get(allocationId)?.epoch !== epoch) throw new AppError('ALLOCATION_UNKNOWN');
      return onInspect(allocationId);
    }
    if (kinded.kind === 'sync') {
      await queueSync(order.orderId, kinded.body);
      return onChanged(allocationId);
    }
    const container = kinded.kind === 'restart' ? await findContainer(runtime, node, kinded.body) : undefined;
    const context = {
      runId: order.runId,
      version,
      now: now(),
      draining: whyDraining(state.get()),
      admit,
      startedAt: container?.startedAt ?? null,
    };
    const change: Change = (record) => {
      const next = unwrap(applyOrder(record, kinded, context));
      return next && !record && store.isDamaged(allocationId) ? asLost(next) : next;
    };
    if (kinded.kind !== 'stop') {
      await store.update(allocationId, change);
      return onChanged(allocationId);
    }
    // A stop is obeyed also by a node whose disk takes no note of it; it is not acknowledged then, and comes again.
    await store.insist(allocationId, change).finally(() => onChanged(allocationId));
  }

  async function queueSync(
    orderId: string,
    { allocationId, epoch, volume, snapshotId }: { allocationId: string; epoch: number; volume: string; snapshotId: string },
  ): Promise<void> {
    const record = store.get(allocationId);
    if (record?.epoch !== epoch) throw new AppError('ALLOCATION_UNKNOWN');
    if (!record.spec.volumes.some(({ name }) => name === volume)) throw new AppError('VOLUME_UNKNOWN');
    const { runId, taskId, replica, spec } = record;
    const sync: SyncRecord = {
      orderId,
      runId,
      taskId,
      allocationId,
      epoch,
      replica,
      volume,
      snapshotId,
      image: record.image?.id ?? spec.image,
    };
    await state.update((current) => {
      if (current.syncs.some((known) => known.orderId === orderId)) return current;
      if (current.syncs.length >= MAX_SYNCS)
        throw new AppError('RESOURCES_EXHAUSTED', { publicMessage: `The node has ${MAX_SYNCS} volumes to sync already` });
      return { ...current, syncs: [...current.syncs, sync] };
    });
  }

  async function takeOne(envelope: unknown): Promise<void> {
    let order: Order;
    try {
      order = verify(envelope);
    } catch (error) {
      const { code, publicMessage } = toAppError(error);
      logger.warn({ event: 'order.refused', code }, publicMessage);
      return;
    }
    const known = results.get(order.orderId);
    if (known) return onResult(known);
    if (state.get().syncs.some(({ orderId }) => orderId === order.orderId)) return;
    const result = await resultOf(order);
    if (result) settle(result);
  }

  /** Null when the order will be answered later, or should be tried again when the master repeats it. */
  async function resultOf(order: Order): Promise<OrderResult | null> {
    const { orderId, kind, masterEpoch, counter } = order;
    try {
      await carryOut(order);
      options.onAnswered(kind, 'ok');
      logger.info({ event: 'order.received', orderId, kind, masterEpoch, counter, ...allocationOf(order) }, `order: ${kind}`);
      // A sync is answered when the snapshot is delivered.
      return kind === 'sync' ? null : { orderId, ok: true };
    } catch (error) {
      const { code, publicMessage: message } = toAppError(error);
      // Done and forgotten is as good as done.
      if (code === 'ORDER_REPLAYED') return { orderId, ok: true };
      options.onAnswered(kind, code);
      logger.warn({ event: 'order.refused', orderId, kind, code, err: error }, message);
      if (isPassing(code, kind)) return null;
      return { orderId, ok: false, error: { code, message: message.slice(0, 2000) } };
    }
  }

  function settle(result: OrderResult): void {
    results.set(result.orderId, result);
    const [oldest] = results.keys();
    if (results.size > KEPT_RESULTS && oldest !== undefined) results.delete(oldest);
    onResult(result);
  }

  return {
    settle,
    take(envelopes) {
      const turn = last.then(async () => {
        for (const envelope of envelopes) await takeOne(envelope);
      });
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

/** It may have run to its end, or runs still: what is there of it is stopped, and it is not begun anew. */
const asLost = (record: AllocationRecord): AllocationRecord => ({
  ...record,
  stop: { graceMs: record.spec.graceMs, reason: 'what the node knew of it was damaged on its disk', phase: 'Lost' },
});

/** What the master's repetition may find mended. A start that no disk takes note of is not begun: another node may have it. */
const isPassing = (code: ErrorCode, kind: Order['kind']): boolean =>
  code === 'DOCKER_UNAVAILABLE' || code === 'INTERNAL' || code === 'UNAVAILABLE' || (isDisk(code) && kind !== 'start');

const isDisk = (code: ErrorCode): boolean => code === 'DISK_FULL' || code === 'DATA_DIR_UNUSABLE';

const hasAllocation = (order: KindedOrder): order is Exclude<KindedOrder, { kind: 'drain' }> => order.kind !== 'drain';

/** For the log: which allocation an order is about. */
function allocationOf(order: Order): { allocationId?: string } {
  const parsed = parseOrderBody(order);
  return parsed.ok && hasAllocation(parsed.value) ? { allocationId: parsed.value.body.allocationId } : {};
}
