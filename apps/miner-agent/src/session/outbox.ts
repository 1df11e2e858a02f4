import type { Envelope } from '@muster/protocol/messages/define-message';
import type { EncryptionKeyStatement } from '@muster/protocol/messages/encryption-key-statement';
import type { LogChunk } from '@muster/protocol/messages/log-frames';
import type { AllocationStatus, OrderResult } from '@muster/protocol/messages/frames';
import type { LogCollector } from '../logs/log-collector.ts';
import type { StatusBoard } from '../reconcile/status-board.ts';
import type { SessionChannel } from './session-channel.ts';

/** What waits to be told to the master: results of orders, statuses, log lines. All of it survives a lost link. */
export interface Outbox {
  addResult(result: OrderResult): void;
  /** Something waits that the master acts upon: a container that runs or has ended, an order that was refused. */
  isUrgent(): boolean;
  /** Sends everything that waits; what fails stays. */
  flush(channel: OutboxChannel): Promise<void>;
  onWork(listener: () => void): void;
  poke(): void;
}

export type OutboxChannel = Pick<SessionChannel, 'report' | 'logs'>;

export interface OutboxOptions {
  board: Pick<StatusBoard, 'unreported' | 'confirm'>;
  logs: Pick<LogCollector, 'pending' | 'acknowledge'>;
  /** What goes with the first report of a link; null while there is nothing to say. */
  keyStatement: () => Envelope<EncryptionKeyStatement> | null;
  /** The master has these statuses now. */
  onReported: () => void;
  /** The master has so much more text of logs. */
  onDelivered: (bytes: number) => void;
  monotonic: () => number;
}

/** Nothing follows from how far a start is: it is for people to see. */
const ON_THE_WAY: ReadonlySet<AllocationStatus['phase']> = new Set(['Placed', 'Pulling', 'Starting']);

const MAX_RESULTS = 500;
const MAX_STATUSES = 200;
const MAX_CHUNKS = 16;
/** Of a container whose log the master does not take as fast as it is written, before it is offered more. */
const REST_MS = 1_000;

export function createOutbox({ board, logs, keyStatement, onReported, onDelivered, monotonic }: OutboxOptions): Outbox {
  const results = new Map<string, OrderResult>();
  const listeners: (() => void)[] = [];
  /** Allocations, and until when they rest. */
  const resting = new Map<string, number>();
  /** Links over which the node's key has been stated. */
  const told = new WeakSet<OutboxChannel>();
  const poke = () => listeners.forEach((listener) => listener());

  async function sendReports(channel: OutboxChannel): Promise<void> {
    for (;;) {
      const orderIds = [...results.values()].slice(0, MAX_RESULTS);
      const allocations = board.unreported(MAX_STATUSES);
      const statement = told.has(channel) ? null : keyStatement();
      if (orderIds.length === 0 && allocations.length === 0 && statement === null) return;
      await channel.report({ orderIds, allocations, ...(statement ? { keyStatement: statement } : {}) });
      told.add(channel);
      for (const result of orderIds) if (results.get(result.orderId) === result) results.delete(result.orderId);
      board.confirm(allocations);
      onReported();
    }
  }

  /** The master takes what it can. What it did not take comes again after a while, and holds up nobody else's meanwhile. */
  function rest(refused: readonly string[]): void {
    for (const [allocationId, until] of resting) if (until <= monotonic()) resting.delete(allocationId);
    for (const allocationId of refused) resting.set(allocationId, monotonic() + REST_MS);
    if (refused.length > 0) setTimeout(poke, REST_MS).unref();
  }

  async function sendLogs(channel: OutboxChannel): Promise<void> {
    for (;;) {
      const chunks = await logs.pending(MAX_CHUNKS, (allocationId) => (resting.get(allocationId) ?? 0) <= monotonic());
      if (chunks.length === 0) return;
      const { acked } = await channel.logs({ chunks });
      await logs.acknowledge(acked);
      const isAcked = (chunk: LogChunk) => acked.some((one) => one.allocationId === chunk.allocationId && one.sequence === chunk.sequence);
      onDelivered(bytesOf(chunks.filter(isAcked)));
      rest(chunks.filter((chunk) => !isAcked(chunk)).map(({ allocationId }) => allocationId));
    }
  }

  return {
    poke,
    onWork: (listener) => void listeners.push(listener),
    addResult(result) {
      results.set(result.orderId, result);
      poke();
    },
    isUrgent: () =>
      [...results.values()].some(({ ok }) => !ok) || board.unreported(MAX_STATUSES).some(({ phase }) => !ON_THE_WAY.has(phase)),
    async flush(channel) {
      await sendReports(channel);
      await sendLogs(channel);
    },
  };
}

const bytesOf = (chunks: readonly LogChunk[]): number =>
  chunks.reduce((sum, { lines }) => lines.reduce((bytes, { text }) => bytes + Buffer.byteLength(text), sum), 0);
