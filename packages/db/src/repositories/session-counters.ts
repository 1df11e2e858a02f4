import type { Database } from '../client.ts';
import { execute } from '../sql/query.ts';

/** Heartbeats count in the hot row's own column, written by the heartbeat writer. */
export type CountedFrame = 'report' | 'logs' | 'orders' | 'sync';

const COLUMNS: Readonly<Record<CountedFrame, string>> = {
  report: '"counterReport"',
  logs: '"counterLogs"',
  orders: '"counterOrders"',
  sync: '"counterSync"',
};

/** Takes a frame's counter if it is the highest of its kind so far; false for a replay, and for a session that is superseded or unknown. */
export async function takeCounter(db: Database, frame: { sessionId: string; kind: CountedFrame; counter: number }): Promise<boolean> {
  const column = COLUMNS[frame.kind];
  const changed = await execute(
    db.hot,
    `UPDATE "Session" SET ${column} = $2 WHERE "sessionId" = $1 AND ${column} < $2 AND "supersededAt" IS NULL`,
    [frame.sessionId, frame.counter],
  );
  return changed === 1;
}
