import { deepStrictEqual, ok } from 'node:assert';
import { cp, rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { runTool } from '../lib/run-tool.ts';
import { HEARTBEAT_MS, type FaultStage } from '../stage.ts';
import { counting, expectWhole, place, untilLines, untilRunning, type PlacedTask } from '../task.ts';

/** Longer than a beat is late by itself on a busy machine, and shorter than what makes a node unhealthy: two missed. */
const MOST_LATE_MS = HEARTBEAT_MS + 3_000;
/** The first is longer than what makes a node unhealthy, and shorter than its lease. */
const STALLS_S = [13, 2, 2, 2, 2];
const BETWEEN_S = 0.3;
/** More than the four threads with which Node.js reads and writes files. */
const TASKS = 6;
const LINES = 250;

/** The agent's data directory on a file system of its own that can be made to stall; the agent begins another life on it, and again afterwards. */
async function onDiskOfItsOwn<T>(stage: FaultStage, use: (path: string) => Promise<T>): Promise<T> {
  const { dataDir } = stage;
  const image = `${dataDir}.img`;
  const copy = `${dataDir}.copy`;
  const move = async (change: () => Promise<unknown>) => {
    await stage.killAgent();
    await cp(dataDir, copy, { recursive: true, filter: (path) => !/\.sock$|lost\+found$/.test(path) });
    await change();
    await cp(copy, dataDir, { recursive: true, force: true });
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
        const tasks = await Promise.all(Array.from({ length: TASKS }, () => place(stage, counting(LINES))));
        const containers = await Promise.all(tasks.map((task) => untilRunning(stage, task)));
        for (const task of tasks) await untilLines(stage, task, 5);
        // What is begun while the disk stalls is begun once as well.
        const meanwhile = place(stage, counting(20));
        let late = 0;
        for (const seconds of STALLS_S) {
          const over = stall(path, seconds).then(() => true);
          while (!(await Promise.race([over, sleep(200)]))) {
            const state = await stage.db.prisma.nodeState.findFirstOrThrow({ where: { runId: stage.runId, node: stage.node } });
            deepStrictEqual(state.phase, 'Healthy');
            late = Math.max(late, await sinceHeartbeat(stage));
          }
        }
        ok(late < MOST_LATE_MS, `no heartbeat for ${late} ms`);
        const slow = await stage.agent().waitForEvent('disk.slow', { timeoutMs: 1_000 });
        for (const [index, task] of tasks.entries())
          await expectWhole(stage, task, { lines: LINES, exitCode: 7, containerId: containers[index]?.Id ?? '' });
        const begun = await meanwhile;
        await expectWhole(stage, begun, { lines: 20, exitCode: 7 });
        deepStrictEqual(await startsOf(stage, begun), 1);
        return `writes that take ${STALLS_S.join(', ')} s: heartbeats at most ${late} ms apart, every line of ${TASKS} tasks once, a task of just then started once; the agent says: ${String(slow['msg'])}`;
      }),
  },
];
