import { deepStrictEqual, ok } from 'node:assert';
import { rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { copyData } from '../lib/copy-data.ts';
import { runTool } from '../lib/run-tool.ts';
import { PATIENCE_MS, until } from '../lib/until.ts';
import type { FaultStage } from '../stage.ts';
import { cancel, counting, expectWhole, lasting, linesOf, place, untilLines, untilRunning, type PlacedTask } from '../task.ts';

/** In beats: longer than one is late by itself on a busy machine, and shorter than what makes a node unhealthy: two missed. */
const MOST_LATE = 1.6;
/** In beats: longer than what makes a node unhealthy, and shorter than its lease. */
const LONG_STALL = 2.6;
const SHORT_STALLS_S = [2, 2, 2, 2];
const BETWEEN_S = 0.3;
/** More than the four threads with which Node.js reads and writes files. */
const TASKS = 6;
const MiB = 1024 * 1024;
const FLOOD_MS = 25_000;
/** What a master takes of one container by default, and a minute's worth at once. */
const LOG_BYTES_PER_SECOND = 512 * 1024;

/** The agent's data directory on a file system of its own that can be made to stall; the agent begins another life on it, and again afterwards. */
async function onDiskOfItsOwn<T>(stage: FaultStage, use: (path: string) => Promise<T>): Promise<T> {
  const { dataDir } = stage;
  const image = `${dataDir}.img`;
  const copy = `${dataDir}.copy`;
  const move = async (change: () => Promise<unknown>) => {
    await stage.killAgent();
    await copyData(dataDir, copy);
    await change();
    await copyData(copy, dataDir);
    await rm(copy, { recursive: true });
    await stage.startAgent();
  };
  await move(async () => {
    await runTool('truncate', ['-s', '64M', image]);
    await runTool('mkfs.ext4', ['-q', image]);
    await runTool('mount', ['-o', 'loop', image, dataDir]);
    await runTool('chmod', ['700', dataDir]);
  });
  try {
    return await use(dataDir);
  } finally {
    await move(() => runTool('umount', [dataDir]));
    await rm(image);
  }
}

/** Every write to it waits for so long; one program freezes and thaws, so that it is never left frozen. */
const stall = (path: string, seconds: number) =>
  runTool('sh', ['-c', `fsfreeze -f "$0" && sleep ${seconds}; fsfreeze -u "$0"; sleep ${BETWEEN_S}`, path]);

/** How often a container of the task was started, as the engine remembers it. */
async function startsOf({ engine }: FaultStage, { allocationId }: PlacedTask): Promise<number> {
  const filters = { label: [`muster.allocation=${allocationId}`], event: ['start'] };
  const events = await text(await engine.docker.getEvents({ since: 0, until: Date.now() / 1000, filters }));
  return events.split('\n').filter((line) => line !== '').length;
}

/** What tells the buyer that something of the log is gone. */
async function markOf({ db }: FaultStage, { allocationId }: PlacedTask): Promise<string | null> {
  const chunks = await db.prisma.logChunk.findMany({
    where: { allocationId },
    orderBy: { sequence: 'desc' },
    take: 500,
    select: { lines: true },
  });
  return /\[muster\] \d+ lines[^"]*dropped here[^"]*/.exec(JSON.stringify(chunks))?.[0] ?? null;
}

async function sinceHeartbeat({ db, runId, node }: FaultStage): Promise<number> {
  const newest = await db.prisma.session.findFirst({
    where: { runId, node },
    orderBy: { heartbeatAt: { sort: 'desc', nulls: 'last' } },
  });
  return Date.now() - Number(newest?.heartbeatAt ?? 0);
}

export const diskFaults: Fault[] = [
  {
    name: 'a disk whose writes stall for seconds',
    seconds: 70,
    run: (stage) =>
      onDiskOfItsOwn(stage, async (path) => {
        const { heartbeatMs, during } = stage.pace;
        const lines = during(250);
        const stallsS = [Math.round((LONG_STALL * heartbeatMs) / 1000), ...SHORT_STALLS_S];
        const tasks = await Promise.all(Array.from({ length: TASKS }, () => place(stage, counting(lines))));
        const containers = await Promise.all(tasks.map((task) => untilRunning(stage, task)));
        for (const task of tasks) await untilLines(stage, task, 5);
        // What is begun while the disk stalls is begun once as well.
        const meanwhile = place(stage, counting(20));
        // Whoever fails before it is asked for tells more than it does.
        meanwhile.catch(() => undefined);
        let late = 0;
        for (const seconds of stallsS) {
          const over = stall(path, seconds).then(() => true);
          over.catch(() => undefined);
          while (!(await Promise.race([over, sleep(200)]))) {
            const state = await stage.db.prisma.nodeState.findFirstOrThrow({ where: { runId: stage.runId, node: stage.node } });
            deepStrictEqual(state.phase, 'Healthy');
            late = Math.max(late, await sinceHeartbeat(stage));
          }
        }
        ok(late < MOST_LATE * heartbeatMs, `no heartbeat for ${late} ms`);
        const slow = await stage.agent().waitForEvent('disk.slow', { timeoutMs: PATIENCE_MS });
        for (const [index, task] of tasks.entries())
          await expectWhole(stage, task, { lines, exitCode: 7, containerId: containers[index]?.Id ?? '' });
        const begun = await meanwhile;
        await expectWhole(stage, begun, { lines: 20, exitCode: 7 });
        deepStrictEqual(await startsOf(stage, begun), 1);
        return `writes that take ${stallsS.join(', ')} s: heartbeats at most ${late} ms apart, every line of ${TASKS} tasks once, a task of just then started once; the agent says: ${String(slow['msg'])}`;
      }),
  },
  {
    name: 'a log without end',
    seconds: 50,
    async run(stage) {
      await stage.killAgent();
      await stage.startAgent({ env: { MUSTER_LOG_SPOOL_BYTES: String(4 * MiB) } });
      const calm = await place(stage, lasting());
      await untilLines(stage, calm, 5);
      const loud = await place(stage, ['sh', '-c', `yes ${'flood '.repeat(150)}`], { resources: { cpu: 1, memory: '64MiB' } });
      await untilLines(stage, loud, 1);
      const from = performance.now();
      let silence = { lines: 0, at: from, longestMs: 0 };
      await until('a mark in the log that the buyer reads', async () => {
        const { length: lines } = await linesOf(stage, calm);
        const at = performance.now();
        silence =
          lines > silence.lines ? { ...silence, lines, at } : { ...silence, longestMs: Math.max(silence.longestMs, at - silence.at) };
        return await markOf(stage, loud);
      });
      await until('the flood has gone on for long enough', () => performance.now() - from > FLOOD_MS, FLOOD_MS);
      const kept = await stage.db.prisma.logChunk.aggregate({ where: { allocationId: loud.allocationId }, _sum: { sizeBytes: true } });
      const [seconds, bytes] = [(performance.now() - from) / 1000, kept._sum.sizeBytes ?? 0];
      ok(bytes < LOG_BYTES_PER_SECOND * (60 + seconds) * 1.2 + MiB, `${bytes} bytes in ${seconds} s`);
      ok(silence.longestMs < stage.pace.heartbeatMs, `the other log said nothing for ${silence.longestMs} ms`);
      const mark = await markOf(stage, loud);
      await cancel(stage, loud);
      await cancel(stage, calm);
      await stage.killAgent();
      await stage.startAgent();
      return `${Math.round(bytes / MiB)} MiB in ${Math.round(seconds)} s, another log at most ${Math.round(silence.longestMs)} ms late; the buyer reads: ${mark}`;
    },
  },
];
