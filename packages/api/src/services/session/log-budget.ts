import type { LogChunk } from '@muster/protocol/messages/log-frames';
import type { Deps } from '../../app/deps.ts';
import { createByteBudget } from '../byte-budget.ts';
import type { SessionKeys } from './session-book.ts';

/** What a container may write into the database between two sweeps: what is not taken now, its node keeps and offers again. */
export type LogBudget = {
  /** Those that are taken now: of each container the first of them, as far as its budget and its node's go. */
  admit(session: Pick<SessionKeys, 'runId' | 'node'>, chunks: readonly LogChunk[]): LogChunk[];
};

/** A short outburst is nobody's harm: a program that fails says much. */
const BURST_SECONDS = 60;
/** Of a line beside its text, as JSON. */
const LINE_BYTES = 48;

export function createLogBudget({ clock, settings }: Pick<Deps, 'clock' | 'settings'>): LogBudget {
  const { container, node } = settings.limits.logBytesPerSecond;
  const budgetOf = (bytesPerSecond: number) => createByteBudget({ clock, bytesPerSecond, burstBytes: bytesPerSecond * BURST_SECONDS });
  const [ofContainers, ofNodes] = [budgetOf(container), budgetOf(node)];
  return {
    admit({ runId, node: sender }, chunks) {
      /** In order or not at all: what comes after a chunk that is not taken waits with it. */
      const waiting = new Set<string>();
      return chunks.filter((chunk) => {
        const { allocationId } = chunk;
        const bytes = bytesOf(chunk);
        const isTaken = !waiting.has(allocationId) && ofContainers.take(allocationId, bytes) && ofNodes.take(`${runId}/${sender}`, bytes);
        if (!isTaken) waiting.add(allocationId);
        return isTaken;
      });
    },
  };
}

const bytesOf = ({ lines }: LogChunk): number => lines.reduce((sum, { text }) => sum + Buffer.byteLength(text) + LINE_BYTES, 0);
