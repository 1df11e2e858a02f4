import { followRegistry, type Follower, type FollowerStatus } from '@muster/chain/follower/follow-registry';
import { createFollowerStore } from '@muster/db/mirror/follower-store';
import { retry } from '@muster/runtime/retry';
import { RUN_ASPECTS } from '../shapes/run.ts';
import { runTopic, type Topic } from '../live/topics.ts';
import { createInviter } from '../services/master/inviter.ts';
import { createListening } from '../services/master/listening.ts';
import { reconcile } from '../services/master/reconcile.ts';
import type { Deps } from './deps.ts';
import { sweep, sweepHistory, sweepLogs } from './sweep.ts';

export type MasterLoops = {
  /** Of this process's follower; null in a copy that does not lead. */
  followerStatus(): FollowerStatus | null;
  /** Resolves when everything has stopped after the signal. */
  done: Promise<void>;
};

const LOCK = 'muster/master';
const MAX_PAUSE_MS = 1_000;
const SWEEP_MS = 60_000;
const SWEEP_HISTORY_MS = 3_600_000;

/**
 * What only one copy of the server does at a time: follow the chain, reconcile, invite. Whoever holds the advisory lock does it; when
 * the holder dies, another copy goes on from the rows.
 */
export function startMasterLoops(deps: Deps, { signal, listeningSinceMs }: { signal: AbortSignal; listeningSinceMs: number }): MasterLoops {
  let follower: Follower | null = null;
  const listening = createListening({ startedMs: listeningSinceMs, maxGapMs: deps.settings.lostAfterMs / 2 });
  const reconcileOnce = async (): Promise<void> => {
    await reconcile(deps, { listeningSinceMs: listening.begin(deps.clock.now()) });
    listening.end(deps.clock.now());
  };

  const lead = async (leading: AbortSignal): Promise<void> => {
    deps.logger.info({ event: 'master.leads' }, 'this process leads: it follows the chain and places tasks');
    follower = follow(deps, leading);
    const { settings } = deps;
    const inviter = createInviter(deps);
    const pauseMs = Math.min(MAX_PAUSE_MS, settings.heartbeatMs / 2);
    await Promise.all([
      follower.done,
      loop(deps, { name: 'reconcile', topics: ['reconcile'], pauseMs, signal: leading, turn: reconcileOnce }),
      loop(deps, { name: 'invite', topics: ['invite'], pauseMs: MAX_PAUSE_MS, signal: leading, turn: () => inviter.turn() }),
      loop(deps, { name: 'sweep', topics: [], pauseMs: SWEEP_MS, signal: leading, turn: () => sweep(deps) }),
      loop(deps, { name: 'logs', topics: [], pauseMs: SWEEP_MS, signal: leading, turn: () => sweepLogs(deps) }),
      loop(deps, { name: 'history', topics: [], pauseMs: SWEEP_HISTORY_MS, signal: leading, turn: () => sweepHistory(deps) }),
    ]);
    await inviter.idle();
    follower = null;
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await retry(() => deps.db.withAdvisoryLock(LOCK, lead, { signal }), {
        signal,
        baseMs: 200,
        maxMs: 5_000,
        onError: (err) => deps.logger.warn({ event: 'master.lead-lost', err }, 'no longer leading; trying again'),
      });
    }
  };
  return { followerStatus: () => follower?.status() ?? null, done: run().catch((error: unknown) => ignoreAbort(error, signal)) };
}

function follow(deps: Deps, signal: AbortSignal): Follower {
  const { chain, db, live, logger, settings } = deps;
  return followRegistry({
    client: chain,
    registry: settings.registry,
    deploymentBlock: settings.deploymentBlock,
    store: createFollowerStore(db),
    signal,
    logger,
    onProgress: (progress) => {
      const runIds = progress.kind === 'appended' ? progress.events.map(({ args }) => args.runId) : [];
      const hints = new Set(runIds.flatMap((runId) => RUN_ASPECTS.map((what) => runTopic(runId, what))));
      live.publish(['reconcile', 'invite', 'chain', ...hints]);
    },
  });
}

type LoopOptions = { name: string; topics: Topic[]; pauseMs: number; signal: AbortSignal; turn: () => Promise<void> };

/** Takes a turn whenever a topic calls for it, and at least every `pauseMs`; turns never overlap and a failed one is logged. */
async function loop({ live, logger }: Deps, { name, topics, pauseMs, signal, turn }: LoopOptions): Promise<void> {
  const watcher = live.watch(topics, signal);
  try {
    while (!signal.aborted) {
      try {
        await turn();
      } catch (err) {
        if (!signal.aborted) logger.error({ event: 'loop.failed', loop: name, err }, 'a turn failed; the next one tries again');
      }
      await watcher.next(pauseMs);
    }
  } finally {
    watcher.close();
  }
}

function ignoreAbort(error: unknown, signal: AbortSignal): void {
  if (!signal.aborted) throw error;
}
