import { deepStrictEqual, match, ok } from 'node:assert';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogEvent } from '@muster/network/managed-process';
import { z } from 'zod';
import type { Fault } from '../fault.ts';
import { runTool } from '../lib/run-tool.ts';
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
  place,
  untilBye,
  untilGone,
  untilLines,
  untilPhase,
  untilRunning,
} from '../task.ts';

const phaseOfNode = async ({ db, runId, node }: FaultStage) => (await db.prisma.nodeState.findFirst({ where: { runId, node } }))?.phase;

/** The node works on while it can write nothing down: containers run, beats go on, what is new is refused with a reason, a stop stops. */
async function withoutDisk(
  stage: FaultStage,
  code: string,
  { harm, mend }: { harm: () => Promise<unknown>; mend: () => Promise<unknown> },
) {
  const running = await place(stage, lasting());
  await untilLines(stage, running, 5);
  await harm();
  try {
    await sleep(stage.pace.lostAfterMs);
    deepStrictEqual(await phaseOfNode(stage), 'Healthy');
    const late = await place(stage, counting(3));
    const refused = await until('a refusal', async () => (await allocationsOf(stage, late.taskId)).find(({ phase }) => phase === 'Failed'));
    ok(JSON.stringify(refused.error).includes(code), `refused with ${JSON.stringify(refused.error)}`);
    await stage.network.buyer.run(['task', 'stop', late.taskId]);
    await stage.network.buyer.run(['task', 'stop', running.taskId]);
    await until('it stops all the same', async () => !(await containersOf(stage, running)).some(({ State }) => State === 'running'));
  } finally {
    await mend();
  }
  const ended = await untilPhase(stage, running, 'Cancelled');
  deepStrictEqual(ended.exitCode, 4);
  const lines = expectUnbroken(await untilBye(stage, running));
  await untilGone(stage, running);
  return `healthy all the while; a new task refused with ${code}; the old one stopped when told to, its ${lines} lines and exit code delivered once afterwards`;
}

/** Debian's; the suite's set-up sees to it. */
export const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
const TEN_MINUTES_S = 600;
/** Its sign tells the library that it is an offset, and no date. */
const offsetOf = (seconds: number): string => (seconds < 0 ? `${seconds}` : `+${seconds}`);
const reportSchema = z.object({ ok: z.boolean(), checks: z.array(z.object({ id: z.string(), severity: z.string(), reason: z.string() })) });

async function clockCheck(stage: FaultStage, seconds: number): Promise<string> {
  const { stdout } = await stage.agentCommand(['doctor', '--json'], {
    LD_PRELOAD: FAKETIME,
    FAKETIME: offsetOf(seconds),
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  });
  const check = reportSchema.parse(JSON.parse(stdout)).checks.find(({ id }) => id === 'clock');
  return `${check?.severity}: ${check?.reason}`;
}

export const machineFaults: Fault[] = [
  {
    name: 'full disk',
    run(stage) {
      const file = join(stage.dataDir, 'filler');
      return withoutDisk(stage, 'DISK_FULL', {
        harm: () => runTool('dd', ['if=/dev/zero', `of=${file}`, 'bs=4K']).catch(() => undefined),
        mend: () => rm(file),
      });
    },
  },
  {
    name: 'read-only data directory',
    run: (stage) =>
      withoutDisk(stage, 'DATA_DIR_UNUSABLE', {
        harm: () => runTool('mount', ['-o', 'remount,ro', stage.dataDir]),
        mend: () => runTool('mount', ['-o', 'remount,rw', stage.dataDir]),
      }),
  },
  {
    name: 'no file handle left',
    async run(stage) {
      const [lines, cutMs] = [stage.pace.during(150), stage.pace.lostAfterMs / 2];
      const task = await place(stage, counting(lines));
      const container = await untilRunning(stage, task);
      await untilLines(stage, task, 3);
      const pid = String(stage.agent().pid);
      const inUse = (await readdir(`/proc/${pid}/fd`)).length;
      const before = (await runTool('prlimit', ['--pid', pid, '--nofile', '--output', 'SOFT', '--noheadings'])).trim();
      await runTool('prlimit', ['--pid', pid, `--nofile=${inUse - 2}:`]);
      await sleep(cutMs);
      await runTool('prlimit', ['--pid', pid, `--nofile=${before}:`]);
      await expectWhole(stage, task, { lines, exitCode: 7, containerId: container.Id });
      return `no new handle for ${cutMs / 1000} s; the container ran on, ${lines} of ${lines} lines once, exit code 7`;
    },
  },
  {
    name: 'damaged state file',
    async run(stage) {
      const task = await place(stage, lasting());
      const container = await untilRunning(stage, task);
      await stage.killAgent();
      const file = join(stage.stateDir, 'agent.json');
      const whole = await readFile(file);
      await truncate(file, Math.floor(whole.length / 2));
      const life = await stage.startAgent({ alone: true });
      await life.exited;
      match(life.lastLines(10), /STATE_CORRUPT/);
      const found = await containersOf(stage, task);
      deepStrictEqual(
        found.map(({ Id, State }) => [Id, State]),
        [[container.Id, 'running']],
      );
      await writeFile(file, whole, { mode: 0o600 });
      await stage.startAgent();
      expectUnbroken(await untilLines(stage, task, 10));
      await cancel(stage, task);
      return `refuses to start with STATE_CORRUPT (exit code ${life.exitCode}) and names the file; the container runs on and is found again once the file is back`;
    },
  },
  {
    name: 'the wall clock jumps by ten minutes, either way',
    seconds: 50,
    async run(stage) {
      const file = join(stage.dataDir, 'offset');
      await writeFile(file, '+0');
      await stage.killAgent();
      const env = { LD_PRELOAD: FAKETIME, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_CACHE_DURATION: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
      const life = await stage.startAgent({ env });
      const lines = stage.pace.during(200);
      const task = await place(stage, counting(lines, { everyMs: 200 }));
      const container = await untilRunning(stage, task);
      await untilLines(stage, task, 3);
      const moveTo = async (offset: number, event: 'clock.off' | 'clock.right') => {
        await writeFile(file, offsetOf(offset));
        const isThatWay = (seen: LogEvent) => event === 'clock.right' || Math.sign(Number(seen['offsetMs'])) === Math.sign(offset);
        await life.waitForEvent(event, { timeoutMs: PATIENCE_MS, where: isThatWay });
      };
      await moveTo(TEN_MINUTES_S, 'clock.off');
      await moveTo(0, 'clock.right');
      await moveTo(-TEN_MINUTES_S, 'clock.off');
      await expectWhole(stage, task, { lines, exitCode: 7, containerId: container.Id });
      const flapped = life.events.filter(({ event }) => event === 'session.lost' || event === 'fenced');
      deepStrictEqual(flapped, []);
      const [ahead, behind] = [await clockCheck(stage, TEN_MINUTES_S), await clockCheck(stage, -TEN_MINUTES_S)];
      match(ahead, /^error: .*ahead of discovery/);
      match(behind, /^error: .*behind discovery/);
      await stage.killAgent();
      await stage.startAgent();
      return `one session, no fence, ${lines} of ${lines} lines once; doctor: "${ahead}", "${behind}"`;
    },
  },
];
