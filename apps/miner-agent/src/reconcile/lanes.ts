import type { AppError } from '@muster/protocol/errors/app-error';
import { decideFailure, toAppError } from './step-failure.ts';
import { laneOf, type Step } from './steps.ts';

export interface LanesOptions {
  run: (step: Step, signal: AbortSignal) => Promise<void>;
  /** Whether the rest of a lane's steps still follow from what is desired. */
  isCurrent: (step: Step) => boolean;
  onStep: (step: Step) => void;
  onFailure: (step: Step, error: AppError, retryInMs: number | null) => Promise<void>;
  /** A lane came to rest, or may try again. */
  onIdle: (lane: string) => void;
  signal: AbortSignal;
}

interface Lane {
  step: Step;
  abort: AbortController;
}

/** Steps of one allocation one after the other, allocations side by side, with pauses after failures. */
export function createLanes(options: LanesOptions) {
  const busy = new Map<string, Lane>();
  const failures = new Map<string, { count: number; timer: NodeJS.Timeout | null }>();
  const work = new Set<Promise<void>>();
  /** The look during which a lane's last turn ended: steps planned from that look, or an older one, are about the past. */
  const endedIn = new Map<string, number>();
  let latestLook = 0;
  options.signal.addEventListener('abort', () => failures.forEach(({ timer }) => timer && clearTimeout(timer)), { once: true });

  async function runLane(lane: string, steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (options.signal.aborted || !options.isCurrent(step)) return;
      const abort = new AbortController();
      busy.set(lane, { step, abort });
      options.onStep(step);
      try {
        await options.run(step, AbortSignal.any([abort.signal, options.signal]));
        failures.delete(lane);
      } catch (error) {
        if (!abort.signal.aborted && !options.signal.aborted) await fail(lane, step, toAppError(error));
        return;
      }
    }
  }

  async function fail(lane: string, step: Step, error: AppError): Promise<void> {
    const count = (failures.get(lane)?.count ?? 0) + 1;
    const decision = decideFailure(step.kind, error, count);
    if (!decision.retry) {
      failures.delete(lane);
      return options.onFailure(step, error, null);
    }
    const timer = setTimeout(() => {
      failures.set(lane, { count, timer: null });
      options.onIdle(lane);
    }, decision.delayMs);
    failures.set(lane, { count, timer });
    return options.onFailure(step, error, decision.delayMs);
  }

  return {
    /** Call before looking at the engine; pass the number on to `start`. */
    beginLook: (): number => ++latestLook,
    /** Starts every lane that is free and not pausing; what is busy is planned for again when it is done. */
    start(steps: readonly Step[], look: number): void {
      for (const [lane, own] of byLane(steps)) {
        if ((endedIn.get(lane) ?? 0) >= look) continue;
        if (busy.has(lane) || failures.get(lane)?.timer || options.signal.aborted || !own[0]) continue;
        busy.set(lane, { step: own[0], abort: new AbortController() });
        const turn = runLane(lane, own).finally(() => {
          busy.delete(lane);
          endedIn.set(lane, latestLook);
          work.delete(turn);
          options.onIdle(lane);
        });
        work.add(turn);
      }
    },
    /** Something else is wanted of this lane now: a pull is given up, a pause cut short; other steps are short and run out. */
    interrupt(lane: string): void {
      const current = busy.get(lane);
      if (current?.step.kind === 'pull') current.abort.abort(new Error('no longer wanted'));
      const pause = failures.get(lane);
      if (pause?.timer) clearTimeout(pause.timer);
      failures.delete(lane);
    },
    isIdle: (): boolean => busy.size === 0,
    isBusy: (lane: string): boolean => busy.has(lane),
    /** Resolves when no step runs any more. */
    settled: async () => void (await Promise.allSettled(work)),
  };
}

function byLane(steps: readonly Step[]): Map<string, Step[]> {
  const lanes = new Map<string, Step[]>();
  for (const step of steps) {
    const lane = lanes.get(laneOf(step));
    if (lane) lane.push(step);
    else lanes.set(laneOf(step), [step]);
  }
  return lanes;
}
