import { deepStrictEqual, match, ok } from 'node:assert';
import type { Fault } from '../fault.ts';
import { until } from '../lib/until.ts';
import type { FaultStage } from '../stage.ts';
import {
  allocationsOf,
  cancel,
  counting,
  expectUnbroken,
  expectWhole,
  lasting,
  place,
  submit,
  untilBye,
  untilLines,
  untilPhase,
  untilRunning,
} from '../task.ts';

const AGAIN = { restart: { policy: 'on-failure' } };

async function command(stage: FaultStage, args: string[]): Promise<string> {
  const { code, stdout } = await stage.agentCommand(args);
  deepStrictEqual(code, 0, stdout);
  return stdout;
}

/** What the owner of the machine does to it. */
export const ownerFaults: Fault[] = [
  {
    name: 'drained by its owner, with a task that ends in time and one that does not',
    seconds: 30,
    async run(stage) {
      // Long enough for a restart of the agent.
      const drainS = Math.ceil(stage.pace.lostAfterMs / 1000);
      const [long, short] = [await place(stage, lasting(), AGAIN), await place(stage, counting(40))];
      await untilRunning(stage, long);
      await untilLines(stage, short, 1);
      match(
        await command(stage, ['drain', '--by', `+${drainS}s`, '--reason', 'kernel update']),
        /takes nothing new; what still runs is stopped by/,
      );
      const late = await submit(stage, counting(5));
      const why = await until('a word to the buyer', async () => {
        const { phaseReason } = await stage.db.prisma.task.findUniqueOrThrow({ where: { taskId: late } });
        return phaseReason?.includes('kernel update') && phaseReason;
      });
      await expectWhole(stage, short, { lines: 40, exitCode: 7 });

      // A drain outlives the agent.
      await stage.killAgent();
      await stage.startAgent();
      match(await command(stage, ['status']), /new work +none \(owner drains it: kernel update, by /);
      const stopped = await untilPhase(stage, long, 'Lost');
      deepStrictEqual(stopped.exitCode, 4);
      match(JSON.stringify([stopped.phaseReason, stopped.error]), /kernel update/);
      const lines = expectUnbroken(await untilBye(stage, long));
      // Between a new session and its first beat the master does not know of the drain; the node still does.
      const taken = async () => (await allocationsOf(stage, late)).filter(({ error }) => !JSON.stringify(error).includes('NODE_NOT_READY'));
      deepStrictEqual(await taken(), []);

      match(await command(stage, ['undrain']), /takes work again/);
      const [placed] = await until('the one that waited', async () => {
        const found = await taken();
        return found.length > 0 && found;
      });
      await expectWhole(stage, { taskId: late, allocationId: placed?.allocationId ?? '' }, { lines: 5, exitCode: 7 });
      const again = await until('a new allocation of the one that was stopped', async () => {
        const found = (await allocationsOf(stage, long.taskId)).find(({ phase }) => phase === 'Running');
        return found ?? false;
      });
      ok(again.epoch > stopped.epoch);
      await cancel(stage, { ...long, allocationId: again.allocationId });
      return `the one ran to its end, 40 of 40 lines; the other was stopped at the deadline with its last word, ${lines} lines once, and ran again after undrain; what came meanwhile waited, over a restart of the agent too: "${why}"`;
    },
  },
];
