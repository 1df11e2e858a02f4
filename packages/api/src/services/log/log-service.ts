import { readLogChunks } from '@muster/db/repositories/logs';
import { listNewestAllocations } from '@muster/db/repositories/allocations';
import { findTask } from '@muster/db/repositories/tasks';
import type { LogChunkRow } from '@muster/db/rows';
import { z } from 'zod';
import type { Deps } from '../../app/deps.ts';
import { logTopic, runTopic, type Topic } from '../../live/topics.ts';
import type { LogService, OwnedRef } from '../../services.ts';
import { logLineShape, type LogChunkView } from '../../shapes/log.ts';

const PAGE = 100;
/** A hint may be lost, and a watcher may have lost its right. */
const LOOK_AGAIN_MS = 10_000;

const lines = z.array(logLineShape);
const chunkView = ({ allocationId, sequence, lines: stored }: LogChunkRow): LogChunkView => ({
  allocationId,
  sequence,
  lines: lines.parse(stored),
});

export function createLogService({ db, live }: Pick<Deps, 'db' | 'live'>): LogService {
  return {
    async read({ allocationId, afterSequence, limit }) {
      const found = await readLogChunks(db, { allocationId, afterSequence, limit: limit + 1 });
      const chunks = found.slice(0, limit).map(chunkView);
      return { chunks, nextSequence: found.length > limit ? (chunks.at(-1)?.sequence ?? null) : null };
    },

    async *follow({ ref, afterSequence, recheck, signal }) {
      const positions = new Map<string, number>();
      for (;;) {
        const { allocationIds, topics } = await targetsOf(db, { ref, seen: [...positions.keys()] });
        const watcher = live.watch(topics, signal);
        try {
          // Looked at after the watch began: nothing falls between the two.
          for (const allocationId of allocationIds) yield* unread(allocationId);
          await watcher.next(LOOK_AGAIN_MS);
        } finally {
          watcher.close();
        }
        if (signal?.aborted === true) return;
        await recheck();
      }

      async function* unread(allocationId: string): AsyncGenerator<LogChunkView> {
        for (;;) {
          const found = await readLogChunks(db, { allocationId, afterSequence: positions.get(allocationId) ?? afterSequence, limit: PAGE });
          for (const chunk of found) {
            positions.set(allocationId, chunk.sequence);
            yield chunkView(chunk);
          }
          if (found.length < PAGE || signal?.aborted === true) return;
          // A slow reader may be at it for long.
          await recheck();
        }
      }
    },
  };
}

/** The allocations to read and the hints to wait for; a task gains allocations while it is followed. */
async function targetsOf(
  db: Deps['db'],
  { ref, seen }: { ref: OwnedRef; seen: readonly string[] },
): Promise<{ allocationIds: string[]; topics: Topic[] }> {
  if (ref.taskId === undefined) {
    const ids = ref.allocationId === undefined ? [] : [ref.allocationId];
    return { allocationIds: ids, topics: ids.map(logTopic) };
  }
  const [task, newest] = await Promise.all([findTask(db, ref.taskId), listNewestAllocations(db, [ref.taskId])]);
  // One that was replaced may still have lines under way.
  const allocationIds = [...new Set([...seen, ...newest.map(({ allocationId }) => allocationId)])];
  return { allocationIds, topics: [...allocationIds.map(logTopic), ...(task === null ? [] : [runTopic(task.runId, 'task')])] };
}
