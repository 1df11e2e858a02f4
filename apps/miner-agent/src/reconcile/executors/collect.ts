import type { ContainerRuntime, LogEntry, ObservedContainer } from '../../ports/container-runtime.ts';
import { findContainer } from '../observe.ts';
import { outcomeOf } from '../outcome.ts';
import { endedWithEngine } from '../ended-with-engine.ts';
import { updateRecord, type Executor, type StepContext } from '../executor.ts';

/** First the log, then the exit code, each on disk before the container may be removed. */
export const collect: Executor<'collect'> = async (step, context) => {
  const { runtime, node, logs, now, logger, outages } = context;
  await logs.drain(step.allocationId, step.containerId);
  const container = await findContainer(runtime, node, step);
  // Gone since the plan was made: the next plan says what that means.
  if (!container) return;
  let lastEntry: LogEntry | undefined;
  for await (const entry of runtime.readLogs(container.id, { follow: false, tail: 1 })) lastEntry = entry;
  // While an engine shuts down it ends its containers and still answers us: its end must be known before theirs is judged.
  await runtime.knock().catch((error: unknown) => {
    outages.failed();
    throw error;
  });
  const wasEngineAway = outages.includes(msOf(container.finishedAt)) || (await endedUnwatched(container, context));
  if (wasEngineAway) await logs.remark(step.allocationId, ENGINE_WAS_AWAY, now());
  const endedByEngine = wasEngineAway && !(await survives(container, runtime));
  await updateRecord(context, step, (record) =>
    record.outcome ? record : { ...record, outcome: outcomeOf({ record, container, lastEntry, now: now(), endedByEngine }) },
  );
  const { exitCode, oomKilled } = container;
  logger.info(
    { event: 'container.ended', allocationId: step.allocationId, epoch: step.epoch, containerId: container.id, exitCode, oomKilled },
    'the container has ended',
  );
};

/** Of one that a former life of the agent started, nobody saw whether the engine was there when it ended. */
async function endedUnwatched(container: ObservedContainer, { runtime, outages }: StepContext): Promise<boolean> {
  const startedAt = msOf(container.startedAt);
  return startedAt !== null && startedAt < outages.since && endedWithEngine(container, await runtime.recall());
}

const msOf = (time: string | null): number | null => (time === null ? null : Date.parse(time));

/** What a container writes while the engine is away waits in a pipe; of one that ends meanwhile the engine drops it. */
const ENGINE_WAS_AWAY = 'the container engine was away when the container ended: what it wrote last may be missing here';

/** The engine's own mark for a container of which it has lost track. */
const LOST_TRACK_EXIT_CODE = 255;

/** Whether it ended by itself, under an engine that lets containers run on without it. */
const survives = async ({ exitCode }: ObservedContainer, runtime: Pick<ContainerRuntime, 'info'>): Promise<boolean> =>
  (await runtime.info()).liveRestore && exitCode !== LOST_TRACK_EXIT_CODE;
