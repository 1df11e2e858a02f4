import { deepStrictEqual, ok } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../lib/random.ts';
import type { Fault } from '../fault.ts';
import type { EngineVerb, Moment } from '../lib/docker-gate.ts';
import { until } from '../lib/until.ts';
import type { FaultStage } from '../stage.ts';
import {
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

const VERBS: readonly [EngineVerb, ...EngineVerb[]] = ['create', 'start', 'stop', 'remove'];
const MOMENTS: readonly [Moment, ...Moment[]] = ['before', 'done', 'told'];
const WHEN: Record<Moment, string> = {
  before: 'before the engine hears of it',
  done: "between the engine's doing and its answer",
  told: "between the engine's answer and the agent's note of it",
};

/** Long enough for the answer to be read, short enough that its consequences are still being written. */
const MAX_TOLD_MS = 40;

/** Kills the agent at the next such request; how, the seed says. What it returns waits for that. */
const trap = (stage: FaultStage, verb: EngineVerb, moment: Moment, random: Random): (() => Promise<boolean>) => {
  const waitMs = moment === 'told' ? random.int(0, MAX_TOLD_MS) : 0;
  const harm = async () => {
    await sleep(waitMs);
    await stage.killAgent();
  };
  let isSprung = false;
  void stage.docker.once(verb, moment, harm).then(() => (isSprung = true));
  return () => until(`the agent asks its engine to ${verb}, and dies of it`, () => isSprung);
};

async function dieAt(stage: FaultStage, verb: EngineVerb, moment: Moment, random: Random): Promise<string> {
  if (verb === 'stop') return dieWhileStopping(stage, moment, random);
  const lines = verb === 'remove' ? 5 : 30;
  const untilDead = trap(stage, verb, moment, random);
  const task = await place(stage, counting(lines));
  await untilDead();
  const left = await containersOf(stage, task);
  ok(left.length <= 1, `${left.length} containers after the crash`);
  await stage.startAgent();
  const ended = await expectWhole(stage, task, { lines, exitCode: 7, ...(left[0] ? { containerId: left[0].Id } : {}) });
  const absent = verb === 'remove' ? 'its container gone at the crash' : 'one container, made after the crash';
  return `${left[0] ? `the same container (${left[0].State} at the crash)` : absent}, ${lines} of ${lines} lines once, exit code ${ended.exitCode}`;
}

async function dieWhileStopping(stage: FaultStage, moment: Moment, random: Random): Promise<string> {
  const task = await place(stage, lasting());
  await untilLines(stage, task, 3);
  const untilDead = trap(stage, 'stop', moment, random);
  await stage.network.buyer.run(['task', 'stop', task.taskId]);
  await untilDead();
  await stage.startAgent();
  const ended = await untilPhase(stage, task, 'Cancelled');
  deepStrictEqual(ended.exitCode, 4);
  await untilGone(stage, task);
  const lines = await untilBye(stage, task);
  return `stopped with its last word and exit code 4, ${expectUnbroken(lines)} lines once`;
}

const boundaries: Fault[] = VERBS.flatMap((verb) =>
  MOMENTS.map((moment) => ({
    name: `agent killed at ${verb}, ${WHEN[moment]}`,
    run: (stage: FaultStage, { random }: { random: Random }) => dieAt(stage, verb, moment, random),
  })),
);

export const crashFaults: Fault[] = [
  {
    name: 'agent killed at a boundary of the seed’s choice',
    quick: true,
    async run(stage, { random }) {
      const [verb, moment] = [random.pick(VERBS), random.pick(MOMENTS)];
      return `${verb}, ${WHEN[moment]}: ${await dieAt(stage, verb, moment, random)}`;
    },
  },
  ...boundaries,
  {
    name: 'agent killed again and again while a task runs',
    async run(stage, { random }) {
      const task = await place(stage, counting(200));
      const container = await untilRunning(stage, task);
      for (let kill = 0; kill < 4; kill++) {
        await sleep(random.int(0, 1_500));
        await stage.killAgent();
        await stage.startAgent();
      }
      await expectWhole(stage, task, { lines: 200, exitCode: 7, containerId: container.Id });
      return 'four kills; the same container, 200 of 200 lines once, exit code 7';
    },
  },
  {
    name: 'engine that does what it is told and says that it failed',
    async run(stage) {
      for (const verb of VERBS) stage.docker.lie(verb, 1);
      const before = stage.docker.count('create');
      const task = await place(stage, counting(20));
      const container = await untilRunning(stage, task);
      await expectWhole(stage, task, { lines: 20, exitCode: 7, containerId: container.Id });
      return `asked ${stage.docker.count('create') - before} times for a container; one was there, 20 of 20 lines once, exit code 7`;
    },
  },
];
