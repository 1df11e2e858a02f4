import type { Database } from '@muster/db/client';
import { findSession } from '@muster/db/repositories/sessions';

/** What checking a frame takes. It never changes once the session is open, so any copy of the server may remember it. */
export type SessionKeys = { sessionId: string; runId: string; node: string; seq: number; keyFromNode: Uint8Array; keyToNode: Uint8Array };

export type SessionBook = {
  find(sessionId: string): Promise<SessionKeys | null>;
  /** Whether the next look at it costs no query. */
  knows(sessionId: string): boolean;
};

const CAPACITY = 20_000;

/**
 * Keys of sessions by id, read from the database at most once. Whether a session is still the node's newest is not kept here: the
 * statement that takes a frame's counter says so each time.
 */
export function createSessionBook(db: Database): SessionBook {
  const known = new Map<string, Promise<SessionKeys | null>>();

  const load = async (sessionId: string): Promise<SessionKeys | null> => {
    const row = await findSession(db, sessionId);
    if (row === null || row.supersededAt !== null) return null;
    const { runId, node, seq, keyFromNode, keyToNode } = row;
    return { sessionId, runId, node, seq, keyFromNode, keyToNode };
  };

  return {
    knows: (sessionId) => known.has(sessionId),
    find(sessionId) {
      const found = known.get(sessionId);
      if (found) return found;
      const loading = load(sessionId);
      known.set(sessionId, loading);
      // Neither a failed look-up nor an unknown session is worth remembering.
      loading.then(
        (keys) => keys ?? known.delete(sessionId),
        () => known.delete(sessionId),
      );
      // Maps keep insertion order: the oldest goes first.
      if (known.size > CAPACITY) known.delete(known.keys().next().value ?? sessionId);
      return loading;
    },
  };
}
