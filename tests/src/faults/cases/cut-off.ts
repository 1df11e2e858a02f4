import { deepStrictEqual, ok } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../lib/random.ts';
import type { Fault } from '../fault.ts';
import type { Pace } from '../lib/pace.ts';
import type { GateMode } from '../lib/tcp-gate.ts';
import { PATIENCE_MS, until } from '../lib/until.ts';
import type { FaultStage } from '../stage.ts';
import {
  cancel,
  containersOf,
  counting,
  expectUnbroken,
  expectWhole,
  lasting,
  place,
  untilBye,
  untilGone,
  untilLines,
  untilPhase,
  untilRunning,
} from '../task.ts';

/** In beats: what lies between a heartbeat, the master's count from it, and ours. */
const SLACK = 2.4;

const cutFor = async ({ master }: FaultStage, mode: GateMode, ms: number) => {
  master.set(mode);
  await sleep(ms);
  master.set('pass');
};

async function shortCut(stage: FaultStage, mode: GateMode, random: Random): Promise<string> {
  const ms = Math.round(stage.pace.lostAfterMs * (0.3 + random.next() * 0.15));
  const lines = stage.pace.during(120);
  const task = await place(stage, counting(lines));
  const container = await untilRunning(stage, task);
  await untilLines(stage, task, 3);
  await cutFor(stage, mode, ms);
  await expectWhole(stage, task, { lines, exitCode: 7, containerId: container.Id });
  return `${mode} for ${(ms / 1000).toFixed(1)} s: the container ran on, ${lines} of ${lines} lines once, exit code 7`;
}

/** The container ends by the agent's own hand within the time after which the master may have placed it elsewhere. */
async function expectFenced(
  stage: FaultStage,
  task: { taskId: string; allocationId: string },
  since: number,
  limitMs = stage.pace.lostAfterMs + SLACK * stage.pace.heartbeatMs,
) {
  await until('the container ends', async () => !(await containersOf(stage, task)).some(({ State }) => State === 'running'), limitMs);
  return Math.round((performance.now() - since) / 100) / 10;
}

export const cutOffFaults: Fault[] = [
  { name: 'cut off for less than the lease', quick: true, run: (stage, { random }) => shortCut(stage, 'refuse', random) },
  { name: 'half-open connection: nothing comes through, nothing is closed', run: (stage, { random }) => shortCut(stage, 'freeze', random) },
  { name: 'one-way cut: the master hears nothing', run: (stage, { random }) => shortCut(stage, 'deaf', random) },
  { name: 'one-way cut: the agent hears nothing', run: (stage, { random }) => shortCut(stage, 'mute', random) },
  { name: 'a master that answers noise', run: (stage, { random }) => shortCut(stage, 'garbage', random) },
  {
    name: 'cut off for longer than the lease',
    async run(stage) {
      const task = await place(stage, lasting());
      await untilLines(stage, task, 5);
      stage.master.set('refuse');
      const since = performance.now();
      await sleep(stage.pace.lostAfterMs * 0.5);
      ok(await untilRunning(stage, task), 'it ended too early');
      const seconds = await expectFenced(stage, task, since);
      stage.master.set('pass');
      const ended = await untilPhase(stage, task, 'Lost');
      await untilGone(stage, task);
      const lines = await untilBye(stage, task);
      return `stopped gracefully ${seconds} s after the cut (lease ${stage.pace.lostAfterMs / 1000} s); Lost: ${ended.phaseReason}; ${expectUnbroken(lines)} lines and its last word delivered once`;
    },
  },
  {
    name: 'cut off, and the agent crashes again and again',
    async run(stage, { random }) {
      const task = await place(stage, lasting());
      await untilLines(stage, task, 5);
      stage.master.set('refuse');
      const since = performance.now();
      let [lives, isOver] = [0, false];
      // Each life is one: what dies before it has begun can stop nothing, however long it took on a busy machine.
      const crash = async () => {
        while (!isOver) {
          await stage.killAgent();
          const life = await stage.startAgent({ alone: true });
          lives += 1;
          await life.waitForEvent('ready', { timeoutMs: PATIENCE_MS });
          await sleep(random.int(500, 3_000));
        }
      };
      const fenced = expectFenced(stage, task, since, stage.pace.lostAfterMs * 3).finally(() => (isOver = true));
      const [seconds] = await Promise.all([fenced, crash()]);
      stage.master.set('pass');
      await untilPhase(stage, task, 'Lost');
      await untilGone(stage, task);
      return `stopped ${seconds} s after the cut in spite of ${lives} restarts (lease ${stage.pace.lostAfterMs / 1000} s)`;
    },
  },
  ...[
    { name: 'SIGSTOP for longer than the lease', seconds: 24, stopped: ({ lostAfterMs }: Pace) => lostAfterMs + 4_000 },
    { name: 'SIGSTOP for two minutes', seconds: 120, stopped: () => 120_000 },
  ].map(({ name, seconds: about, stopped }): Fault => ({
    name,
    seconds: about,
    async run(stage) {
      const ms = stopped(stage.pace);
      const task = await place(stage, lasting());
      await untilLines(stage, task, 5);
      stage.agent().kill('SIGSTOP');
      await sleep(ms);
      stage.agent().kill('SIGCONT');
      const since = performance.now();
      const seconds = await expectFenced(stage, task, since, stage.pace.lostAfterMs);
      await stage.agent().waitForEvent('fenced', { timeoutMs: PATIENCE_MS });
      await untilPhase(stage, task, 'Lost');
      await untilGone(stage, task);
      return `stopped for ${ms / 1000} s; its container ended ${seconds} s after SIGCONT, before anything was taken up again`;
    },
  })),
  {
    name: 'SIGSTOP for less than the lease',
    async run(stage, { random }) {
      const lines = stage.pace.during(120);
      const task = await place(stage, counting(lines));
      const container = await untilRunning(stage, task);
      stage.agent().kill('SIGSTOP');
      const ms = random.int(1_000, Math.floor(stage.pace.lostAfterMs / 3));
      await sleep(ms);
      stage.agent().kill('SIGCONT');
      await expectWhole(stage, task, { lines, exitCode: 7, containerId: container.Id });
      return `stopped for ${(ms / 1000).toFixed(1)} s; the container ran on, ${lines} of ${lines} lines once`;
    },
  },
  {
    name: 'a second agent with the same key',
    async run(stage) {
      const task = await place(stage, lasting());
      const container = await untilRunning(stage, task);
      const first = stage.agent();
      const second = await stage.startTwin();
      try {
        await first.waitForEvent('session.lost', { timeoutMs: PATIENCE_MS, where: ({ code }) => code === 'SESSION_SUPERSEDED' });
        await sleep(3_000);
        const found = await containersOf(stage, task);
        deepStrictEqual(
          found.map(({ Id, State }) => [Id, State]),
          [[container.Id, 'running']],
        );
      } finally {
        second.kill('SIGKILL');
        await second.exited;
        // The first one waits before it takes its place back; a restart need not.
        await stage.killAgent();
        await stage.startAgent();
      }
      await cancel(stage, task);
      return 'the older session is superseded, which its agent says as an error; one container all the while';
    },
  },
];
