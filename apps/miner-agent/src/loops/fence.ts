import type { BootClock } from '../ports/boot-clock.ts';
import type { Lease } from '../state/lease-file.ts';

/** Knows for how long the master has been silent, on a clock that nobody can set and no restart of the agent sets back. */
export interface Fence {
  /** The master has confirmed that it knew us alive at `at` or later: the moment of asking, since its own count began after it. */
  contact(lostAfterMs: number, at: number): void;
  /** Why the master may by now have given our work to another node; null while it may not. */
  cut(): string | null;
  /** Now, for a later `contact`. */
  now(): number;
}

export interface FenceOptions {
  clock: BootClock;
  /** What a former life of the agent wrote down. */
  kept: Lease | null;
  /** The present master's word, should nothing have been written down; null: no master yet, so nothing to be cut off from. */
  lostAfterMs: number | null;
  /** Called at most a few times per `lostAfterMs`. What it is given is never later than the last contact, so it errs towards silence. */
  keep: (lease: Lease) => void;
}

const SILENT = 'the master has been out of reach for longer than it waits';
const UNKNOWN = 'the machine was restarted, or its last contact with the master is not known';
/** How much of the lease a restart may cost. */
const KEEP_SHARE = 8;

export function createFence({ clock, kept, lostAfterMs: promised, keep }: FenceOptions): Fence {
  const isOurs = kept?.bootId === clock.bootId && kept.contactMs <= clock.now();
  let last: number | null = isOurs ? kept.contactMs : null;
  let lostAfterMs = kept?.lostAfterMs ?? promised;
  let keptAt = Number.NEGATIVE_INFINITY;

  return {
    now: () => clock.now(),
    contact(ms, at) {
      last = Math.max(last ?? at, at);
      lostAfterMs = ms;
      if (last - keptAt < ms / KEEP_SHARE) return;
      keptAt = last;
      keep({ bootId: clock.bootId, contactMs: last, lostAfterMs: ms });
    },
    cut() {
      if (lostAfterMs === null) return null;
      if (last === null) return UNKNOWN;
      return clock.now() - last > lostAfterMs ? SILENT : null;
    },
  };
}
