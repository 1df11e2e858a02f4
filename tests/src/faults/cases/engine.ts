import { deepStrictEqual, ok } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { PATIENCE_MS, until } from '../lib/until.ts';
import type { FaultStage } from '../stage.ts';
import {
  allocationsOf,
  cancel,
  containersOf,
  counting,
  expectUnbroken,
  expectWhole,
  lasting,
  linesOf,
  place,
  untilLines,
  untilPhase,
  untilRunning,
} from '../task.ts';

const orphansOf = async ({ network, runId, node }: FaultStage): Promise<{ allocationId: string }[]> =>
  (await network.buyer.run<{ orphans: { allocationId: string }[] }>(['nodes', runId, node])).orphans;

/** When it is told to end: no success all the same, if it was not done. */
const endsWell = () => ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'];

export const engineFaults: Fault[] = [
  {
    name: 'dockerd killed, with live-restore',
    async run(stage, { random }) {
      const task = await place(stage, counting(150));
      const container = await untilRunning(stage, task);
      await untilLines(stage, task, 5);
      await stage.engine.kill();
      await sleep(random.int(500, 2_500));
      await stage.engine.start();
      const still = await containersOf(stage, task);
      deepStrictEqual(
        still.map(({ Id, State }) => [Id, State]),
        [[container.Id, 'running']],
      );
      await expectWhole(stage, task, { lines: 150, exitCode: 7, containerId: container.Id });
      return 'the task ran on in the same container; 150 of 150 lines once, exit code 7';
    },
  },
  {
    name: 'dockerd restarted without live-restore',
    async run(stage) {
      await stage.engine.stop();
      await stage.engine.start({ liveRestore: false });
      const task = await place(stage, lasting(), { restart: { policy: 'on-failure', maxRetries: 2 } });
      const first = await untilRunning(stage, task);
      await untilLines(stage, task, 5);
      await stage.engine.stop();
      await sleep(1_000);
      await stage.engine.start({ liveRestore: false });
      const ended = await untilPhase(stage, task, 'Lost', 'Failed', 'Succeeded');
      deepStrictEqual(ended.phase, 'Lost');
      ok(JSON.stringify(ended.error).includes('ENGINE_RESTARTED'), `error ${JSON.stringify(ended.error)}`);
      const next = await until('a second allocation', async () => (await allocationsOf(stage, task.taskId))[1]);
      const again = { taskId: task.taskId, allocationId: next.allocationId };
      const second = await untilRunning(stage, again);
      ok(second.Id !== first.Id, 'the same container');
      expectUnbroken(await linesOf(stage, task));
      await cancel(stage, again);
      await stage.engine.stop();
      await stage.engine.start();
      return `Lost with ENGINE_RESTARTED and exit code ${ended.exitCode}; the master placed epoch ${next.epoch}, which ran in another container`;
    },
  },
  {
    name: 'dockerd killed without live-restore',
    async run(stage) {
      await stage.engine.stop();
      await stage.engine.start({ liveRestore: false });
      const task = await place(stage, endsWell());
      await untilPhase(stage, task, 'Running');
      await stage.engine.kill();
      await stage.engine.start({ liveRestore: false });
      const ended = await untilPhase(stage, task, 'Lost', 'Failed', 'Succeeded');
      deepStrictEqual(ended.phase, 'Lost');
      await stage.engine.stop();
      await stage.engine.start();
      return `Lost: ${ended.phaseReason}`;
    },
  },
  ...(['stop', 'kill'] as const).map((end): Fault => ({
    name: `dockerd ${end === 'stop' ? 'restarted' : 'killed'} without live-restore while the agent is away`,
    async run(stage) {
      await stage.engine.stop();
      await stage.engine.start({ liveRestore: false });
      const task = await place(stage, endsWell(), { restart: { policy: 'on-failure', maxRetries: 2 } });
      await untilPhase(stage, task, 'Running');
      await stage.killAgent();
      await stage.engine[end]();
      await stage.engine.start({ liveRestore: false });
      await stage.startAgent();
      const ended = await untilPhase(stage, task, 'Lost', 'Failed', 'Succeeded');
      deepStrictEqual(ended.phase, 'Lost');
      ok(JSON.stringify(ended.error).includes('ENGINE_RESTARTED'), `error ${JSON.stringify(ended.error)}`);
      const next = await until('a second allocation', async () => (await allocationsOf(stage, task.taskId))[1]);
      await cancel(stage, { taskId: task.taskId, allocationId: next.allocationId });
      await stage.engine.stop();
      await stage.engine.start();
      return `Lost with ENGINE_RESTARTED although the exit code was ${ended.exitCode}; the master placed epoch ${next.epoch}`;
    },
  })),
  {
    name: 'a task that ends by itself while the agent is away, without live-restore',
    async run(stage) {
      await stage.engine.stop();
      await stage.engine.start({ liveRestore: false });
      const task = await place(stage, counting(10));
      const { Id } = await untilRunning(stage, task);
      await stage.killAgent();
      await until('its end', async () => !(await containersOf(stage, task)).some(({ State }) => State === 'running'));
      await stage.startAgent();
      const ended = await expectWhole(stage, task, { lines: 10, exitCode: 7, containerId: Id });
      await stage.engine.stop();
      await stage.engine.start();
      return `no restart of the engine: ${ended.phase}, 10 of 10 lines once, exit code ${ended.exitCode}`;
    },
  },
  {
    name: 'a container that no order knows',
    quick: true,
    async run(stage) {
      const { engine, node, runId, pace } = stage;
      const id = '0f0f0f0f-0000-4000-8000-00000000dead';
      const labels = {
        'muster.node': node,
        'muster.run': runId,
        'muster.task': id,
        'muster.allocation': id,
        'muster.epoch': '1',
        'muster.spec-hash': 'x',
        'muster.role': 'allocation',
      };
      const idle = { Image: 'muster/demo:latest', Cmd: lasting(), HostConfig: { NetworkMode: 'none' } };
      const orphan = await engine.docker.createContainer({ ...idle, name: 'left-behind', Labels: labels });
      const stranger = await engine.docker.createContainer({ ...idle, name: `muster-${id}-1`, Labels: { 'muster.allocation': id } });
      await Promise.all([orphan.start(), stranger.start()]);
      const seen = (event: string) =>
        stage.agent().waitForEvent(event, { timeoutMs: PATIENCE_MS, where: ({ allocationId }) => allocationId === id });
      const found = await seen('orphan.found');
      const told = await until('the buyer sees the orphan', async () =>
        (await orphansOf(stage)).find(({ allocationId }) => allocationId === id),
      );
      const removed = await seen('orphan.removed');
      // By the agent's own clock: it may have found it before we came to look.
      const keptMs = Date.parse(String(removed['time'])) - Date.parse(String(found['time']));
      ok(keptMs >= pace.orphanGraceMs, `gone after ${keptMs} ms`);
      deepStrictEqual(await orphan.inspect().catch((error: { statusCode?: number }) => error.statusCode), 404);
      ok((await stranger.inspect()).State.Running, 'a container that only bears our name was touched');
      await stranger.remove({ force: true });
      return `the buyer saw ${told.allocationId}; removed after its grace period of ${pace.orphanGraceMs / 1000} s, and one that has but the name left alone`;
    },
  },
];
