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
  flush(channel: SessionChannel): Promise<void>;
  onWork(listener: () => void): void;
  poke(): void;
}

export interface OutboxOptions {
  board: StatusBoard;
  logs: Pick<LogCollector, 'pending' | 'acknowledge'>;
  /** What goes with the first report of a link; null while there is nothing to say. */
  keyStatement: () => Envelope<EncryptionKeyStatement> | null;
  /** The master has these statuses now. */
  onReported: () => void;
  /** The master has so much more text of logs. */
  onDelivered: (bytes: number) => void;
}

/** Nothing follows from how far a start is: it is for people to see. */
const ON_THE_WAY: ReadonlySet<AllocationStatus['phase']> = new Set(['Placed', 'Pulling', 'Starting']);

const MAX_RESULTS = 500;
const MAX_STATUSES = 200;
const MAX_CHUNKS = 16;

export function createOutbox({ board, logs, keyStatement, onReported, onDelivered }: OutboxOptions): Outbox {
  const results = new Map<string, OrderResult>();
  const listeners: (() => void)[] = [];
  /** Links over which the node's key has been stated. */
  const told = new WeakSet<SessionChannel>();
  const poke = () => listeners.forEach((listener) => listener());

  async function sendReports(channel: SessionChannel): Promise<void> {
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

  async function sendLogs(channel: SessionChannel): Promise<void> {
    for (;;) {
      const chunks = await logs.pending(MAX_CHUNKS);
      if (chunks.length === 0) return;
      const { acked } = await channel.logs({ chunks });
      await logs.acknowledge(acked);
      onDelivered(
        bytesOf(chunks.filter((chunk) => acked.some((one) => one.allocationId === chunk.allocationId && one.sequence === chunk.sequence))),
      );
      // The master takes what it can; what it did not take now comes again with the next flush.
      if (acked.length === 0) return;
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
