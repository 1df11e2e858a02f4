import type { SessionKeys } from './session-connection.ts';

/** What a load generator is asked, in this order; `run` and `counters` as often as wanted. */
export type LoadMessage =
  | { kind: 'sessions'; url: string; sessions: SessionKeys[] }
  /** Numbered heartbeats without any proof, each connection under an id of its own. */
  | { kind: 'beats'; url: string; ids: string[] }
  /** The same body again and again. */
  | { kind: 'posts'; url: string; body: string; expect: string; connections: number }
  | { kind: 'run'; durationMs: number }
  | { kind: 'counters' };

/** Answers that arrived within the round, and its true length. */
export interface RoundResult {
  answers: number;
  elapsedMs: number;
}
