import type { Deps } from '../../app/deps.ts';
import { createRateLimiter } from '../rate-limiter.ts';
import type { SessionBook, SessionKeys } from './session-book.ts';

/** Who gets in, and how often. */
export type SessionDoor = {
  /** The session that a frame names. Throws RATE_LIMITED for a caller who names too many that are not known here. */
  find(sessionId: string, from: string): Promise<SessionKeys | null>;
  /** A frame whose MAC holds: counted against its node, so that nobody can use up another's share. Throws RATE_LIMITED. */
  admit(session: SessionKeys): void;
  /** A request to open a session, which costs a signature. Throws RATE_LIMITED. */
  knock(from: string): void;
};

const BURST_SECONDS = 10;

/** A session that is known here costs no look-up, so an honest node is counted by its address once per session and server. */
export function createSessionDoor(book: SessionBook, { clock, settings }: Pick<Deps, 'clock' | 'settings'>): SessionDoor {
  const { isDev, limits } = settings;
  // A dev network has all its nodes on one address.
  const scale = isDev ? 20 : 1;
  const lookUps = createRateLimiter({ clock, burst: 500 * scale, perSecond: 100 * scale });
  const knocks = createRateLimiter({ clock, burst: 100 * scale, perSecond: 20 * scale });
  const frames = createRateLimiter({ clock, burst: limits.framesPerSecond * BURST_SECONDS, perSecond: limits.framesPerSecond });
  return {
    find(sessionId, from) {
      if (!book.knows(sessionId)) lookUps.take(from);
      return book.find(sessionId);
    },
    admit: ({ runId, node }) => frames.take(`${runId}/${node}`),
    knock: (from) => knocks.take(from),
  };
}
