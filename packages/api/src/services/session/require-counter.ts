import type { Database } from '@muster/db/client';
import { takeCounter, type CountedFrame } from '@muster/db/repositories/session-counters';
import { findSession } from '@muster/db/repositories/sessions';
import { AppError } from '@muster/protocol/errors/app-error';

/** Why the database refused a frame's counter. */
export async function refusalOf(db: Database, sessionId: string): Promise<AppError> {
  const session = await findSession(db, sessionId);
  if (session === null) return new AppError('SESSION_UNKNOWN');
  return new AppError(session.supersededAt === null ? 'COUNTER_REPLAYED' : 'SESSION_SUPERSEDED');
}

/** Takes the frame's counter, or throws COUNTER_REPLAYED, SESSION_SUPERSEDED. */
export async function requireCounter(db: Database, frame: { sessionId: string; kind: CountedFrame; counter: number }): Promise<void> {
  if (!(await takeCounter(db, frame))) throw await refusalOf(db, frame.sessionId);
}
