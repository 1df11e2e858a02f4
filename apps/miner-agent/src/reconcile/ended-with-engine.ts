import type { EngineMemory, ObservedContainer } from '../ports/container-runtime.ts';

type Ended = Pick<ObservedContainer, 'id' | 'startedAt' | 'finishedAt' | 'exitCode' | 'oomKilled'>;

/** By a shell's convention: SIGKILL and SIGTERM, as an engine ends what it is not to leave running. */
const SIGNALLED: readonly (number | null)[] = [137, 143];
/** From its stopping of containers to its next beginning: a restart takes seconds, an update somewhat more. */
const RESTART_MS = 60_000;

/**
 * Whether an engine that lets no container outlive it was restarted while nobody watched, and took this one with it. Pure.
 *
 * That it was restarted has to be certain: the engine that answers has not started the container, and would know. What ended before
 * its beginning ended by itself, unless it ended by a signal or so shortly before that a restart is the likelier cause.
 */
export function endedWithEngine(container: Ended, memory: EngineMemory): boolean {
  const { finishedAt, exitCode, oomKilled } = container;
  const began = beganAfterStartOf(container, memory);
  if (began === null || finishedAt === null) return false;
  return began - Date.parse(finishedAt) <= RESTART_MS || (SIGNALLED.includes(exitCode) && !oomKilled);
}

/** When the engine that answers began, at the latest; null when it was there at the container's start, or nobody knows. */
function beganAfterStartOf({ id, startedAt }: Ended, memory: EngineMemory): number | null {
  const { now, beganAt, oldest, mayHaveForgotten, started } = memory;
  if (startedAt === null || started.has(id)) return null;
  const start = Date.parse(startedAt);
  if (beganAt !== null && beganAt > start) return beganAt;
  // What it remembers of the time before, it was there for.
  return mayHaveForgotten || (oldest !== null && oldest <= start) ? null : (oldest ?? now);
}
