import { setTimeout as sleep } from 'node:timers/promises';
import type { TestBuyer } from '@muster/api/testing/test-buyer';
import type Docker from 'dockerode';
import type { ContainerStarts } from './container-starts.ts';

export interface RunningTask {
  taskId: string;
  containerId: string;
  /** From the call of task.create until the engine had said that the container runs and the master's answer said so too. */
  elapsedMs: number;
}

export interface TaskRunner {
  start(spec: Record<string, unknown>): Promise<RunningTask>;
  /** Stops the task and waits until its container is gone. */
  end(task: RunningTask): Promise<void>;
  close(): void;
}

const GIVE_UP_MS = 30_000;
/** Should a hint be lost; far above what is measured. */
const LOOK_ANYWAY_MS = 2_000;

/** A buyer's program: creates tasks over HTTP and is told of changes by subscription, as the dashboard is. */
export function createTaskRunner(options: { buyer: TestBuyer; docker: Docker; runId: string; starts: ContainerStarts }): TaskRunner {
  const { buyer, docker, runId, starts } = options;
  const { task } = buyer.client;
  let wake: () => void = () => undefined;
  let changed = new Promise<void>((resolve) => (wake = resolve));
  const subscription = buyer.client.run.watch.subscribe(
    { runId },
    {
      onData: ({ what }) => {
        if (what !== 'task') return;
        wake();
        changed = new Promise((resolve) => (wake = resolve));
      },
    },
  );

  async function until(taskId: string, reached: (view: Awaited<ReturnType<typeof task.get.query>>) => boolean): Promise<void> {
    const givesUpAt = performance.now() + GIVE_UP_MS;
    for (;;) {
      const next = changed;
      const view = await task.get.query({ taskId });
      if (reached(view)) return;
      if (performance.now() > givesUpAt || view.phase === 'Failed')
        throw new Error(`task ${taskId} is ${view.phase} (${view.phaseReason ?? 'no reason given'})`);
      await Promise.race([next, sleep(LOOK_ANYWAY_MS)]);
    }
  }

  return {
    async start(spec) {
      const startedAt = performance.now();
      const { taskId } = await task.create.mutate({ runId, spec });
      await until(taskId, ({ allocations }) => allocations.some(({ phase }) => phase === 'Running'));
      const knownAt = performance.now();
      const { at, containerId } = await starts.of(taskId);
      return { taskId, containerId, elapsedMs: Math.max(at, knownAt) - startedAt };
    },
    async end({ taskId }) {
      await task.stop.mutate({ taskId });
      await until(taskId, ({ endedAt }) => endedAt !== null);
      const filters = { label: [`muster.task=${taskId}`] };
      const isThere = async () =>
        (await docker.listContainers({ all: true, filters })).length + (await docker.listNetworks({ filters })).length > 0;
      const givesUpAt = performance.now() + GIVE_UP_MS;
      while (await isThere()) {
        if (performance.now() > givesUpAt) throw new Error(`the container of task ${taskId} was not removed`);
        await sleep(50);
      }
    },
    close: () => subscription.unsubscribe(),
  };
}
