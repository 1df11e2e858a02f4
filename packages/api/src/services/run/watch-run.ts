import type { Deps } from '../../app/deps.ts';
import { runTopic } from '../../live/topics.ts';
import type { Recheck } from '../../services.ts';
import { RUN_ASPECTS, type RunHint } from '../../shapes/run.ts';

/** How long a watcher that lost its right (signed out elsewhere, say) may go on in the quiet. */
const RECHECK_MS = 15_000;

export type WatchInput = { runId: string; recheck: Recheck; signal: AbortSignal | undefined };

/** One hint per kind of thing that changed. Before each batch the watcher's right is looked up anew: runs change hands. */
export async function* watchRun({ live }: Pick<Deps, 'live'>, { runId, recheck, signal }: WatchInput): AsyncGenerator<RunHint> {
  const watcher = live.watch(
    RUN_ASPECTS.map((what) => runTopic(runId, what)),
    signal,
  );
  try {
    yield* RUN_ASPECTS.map((what): RunHint => ({ kind: 'changed', what }));
    for (;;) {
      const changed = await watcher.next(RECHECK_MS);
      if (signal?.aborted === true) return;
      await recheck();
      for (const what of RUN_ASPECTS) if (changed.has(runTopic(runId, what))) yield { kind: 'changed', what };
    }
  } finally {
    watcher.close();
  }
}
