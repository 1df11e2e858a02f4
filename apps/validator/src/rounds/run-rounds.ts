import { AppError } from '@muster/protocol/errors/app-error';
import { isFinished, type RoundRecord } from '../ports/journal.ts';
import { keyOf, roundName, type RoundJob, type RoundRef } from '../ports/round.ts';
import type { RoundDeps } from './deps.ts';
import { findWork } from './find-work.ts';
import { resumeRound, settleRound, withhold, type RoundOutcome } from './settle-round.ts';

const BASE_DELAY_MS = 2_000;
const MAX_DELAY_MS = 5 * 60_000;

interface Work {
  ref: RoundRef;
  attempt: () => Promise<RoundOutcome>;
}

interface Waiting {
  ref: RoundRef;
  failures: number;
  notBefore: number;
  lastError: string;
}

export interface Rounds {
  /** Starts what is due and fits. Level-triggered: cheap to call, and calling it too often changes nothing. */
  turn(): Promise<void>;
  /** Resolves when nothing is being worked on. */
  idle(): Promise<void>;
}

/** Works on every open round at once, `concurrency` at a time, each again with growing pauses until it is settled or its deadline passes. */
export function createRounds(deps: RoundDeps, { concurrency }: { concurrency: number }): Rounds {
  const { registry, journal, clock, logger, signer } = deps;
  const active = new Map<string, Promise<void>>();
  const waiting = new Map<string, Waiting>();
  const settled = new Set<string>();
  /** Decided or reported, not finished: the mirror's list of work no longer names them once the verdict is on chain. */
  const resumable = new Map<string, RoundRecord>();
  let loaded = false;

  async function turn(): Promise<void> {
    if (!loaded) await load();
    const works = [...[...resumable.values()].map(toResume), ...findWork(registry.state(), signer.address, clock.now()).map(toSettle)];
    const names = new Set(works.map(({ ref }) => roundName(ref)));
    await giveUp(names);
    for (const work of works) {
      const name = roundName(work.ref);
      if (active.size >= concurrency) return;
      if (active.has(name) || settled.has(name) || (waiting.get(name)?.notBefore ?? 0) > clock.now()) continue;
      if (!(await serves(work.ref.runId))) continue;
      active.set(
        name,
        attempt(name, work).finally(() => active.delete(name)),
      );
    }
  }

  async function load(): Promise<void> {
    for (const record of await journal.unfinished()) resumable.set(roundName(record), record);
    loaded = true;
  }

  const toResume = (record: RoundRecord): Work => ({
    ref: record,
    attempt: async () => resumeRound((await journal.read(record)) ?? record, deps),
  });
  const toSettle = (job: RoundJob): Work => ({ ref: job, attempt: () => settleRound(job, deps) });

  /** A node that stayed silent until its round's deadline gets no verdict; what has left the list needs none. */
  async function giveUp(wanted: ReadonlySet<string>): Promise<void> {
    for (const [name, { ref, lastError }] of waiting) {
      if (active.has(name)) continue;
      if (resumable.has(name)) continue;
      if (clock.now() >= ref.deadline) await withhold(ref, `the deadline passed; last: ${lastError}`, deps);
      else if (wanted.has(name)) continue;
      waiting.delete(name);
    }
    for (const name of settled) if (!wanted.has(name)) settled.delete(name);
  }

  async function serves(runId: string): Promise<boolean> {
    try {
      return await registry.isValidator(runId);
    } catch (error) {
      logger.warn({ event: 'rpc.failed', runId, err: error }, 'could not ask whether this is a validator of the run');
      return false;
    }
  }

  async function attempt(name: string, { ref, attempt: run }: Work): Promise<void> {
    try {
      await run();
      settled.add(name);
      waiting.delete(name);
      resumable.delete(name);
    } catch (error) {
      if (deps.signal.aborted) return;
      const record = await journal.read(ref).catch(() => null);
      if (record && !isFinished(record)) resumable.set(name, record);
      const failures = (waiting.get(name)?.failures ?? 0) + 1;
      const delayMs = Math.round(
        Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** Math.min(failures - 1, 20)) * (0.5 + deps.random.u32() / 2 ** 33),
      );
      const lastError = AppError.is(error) ? error.code : 'INTERNAL';
      waiting.set(name, { ref, failures, notBefore: clock.now() + delayMs, lastError });
      const log = { event: 'round.delayed', ...keyOf(ref), failures, delayMs, code: lastError, err: error };
      if (AppError.is(error)) logger.warn(log, 'no verdict yet, tries again');
      else logger.error(log, 'a round broke, tries again');
    }
  }

  return {
    turn,
    async idle() {
      while (active.size > 0) await Promise.all(active.values());
    },
  };
}
