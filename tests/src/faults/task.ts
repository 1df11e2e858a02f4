import { deepStrictEqual } from 'node:assert';
import { text } from 'node:stream/consumers';
import type { ContainerInfo } from 'dockerode';
import { z } from 'zod';
import { demoImage, type FaultStage } from './stage.ts';
import { until } from './lib/until.ts';

/** As much of a stage as a task needs. */
type TaskStage = Pick<FaultStage, 'network' | 'db' | 'runId'> & { engine: Pick<FaultStage['engine'], 'docker'> };

export interface PlacedTask {
  taskId: string;
  allocationId: string;
}

const shell = (script: string) => ['sh', '-c', script];

/** Says 1, 2, 3 … and ends with its own exit code: whatever is lost or doubled shows. */
export const counting = (lines: number, { everyMs = 100, exitCode = 7 } = {}) =>
  shell(`i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo $i; sleep ${everyMs / 1000}; done; exit ${exitCode}`);

/** Goes on until it is asked to end, and has a last word. */
export const lasting = () => shell('trap "echo bye; exit 4" TERM; i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done');

/** As a buyer gives it. Resolves to the task's id, whether or not a node takes it. */
export async function submit(stage: TaskStage, command: string[], change: Record<string, unknown> = {}): Promise<string> {
  const spec = { image: demoImage, command, resources: { cpu: 0.1, memory: '32MiB' }, network: 'none', grace: '5s', ...change };
  const stdin = JSON.stringify(spec);
  const { taskId } = await stage.network.buyer.run<{ taskId: string }>(['task', 'create', stage.runId, '-f', '-'], { stdin });
  return taskId;
}

/** Resolves once the master has placed it. */
export async function place(stage: TaskStage, command: string[], change: Record<string, unknown> = {}): Promise<PlacedTask> {
  const taskId = await submit(stage, command, change);
  const [allocation] = await until('an allocation of the task', async () => {
    const found = await allocationsOf(stage, taskId);
    return found.length > 0 && found;
  });
  return { taskId, allocationId: allocation?.allocationId ?? '' };
}

/** As the master has them, the oldest first. */
export const allocationsOf = ({ db }: TaskStage, taskId: string) =>
  db.prisma.allocation.findMany({ where: { taskId }, orderBy: { epoch: 'asc' } });

export const allocationOf = ({ db }: TaskStage, { allocationId }: PlacedTask) =>
  db.prisma.allocation.findUniqueOrThrow({ where: { allocationId } });

export async function untilPhase(stage: TaskStage, task: PlacedTask, ...phases: string[]) {
  return until(`allocation ${task.allocationId} ${phases.join(' or ')}`, async () => {
    const found = await allocationOf(stage, task);
    return phases.includes(found.phase) && found;
  });
}

const linesSchema = z.array(z.object({ text: z.string() }));

/** The log as the buyer reads it. */
export async function linesOf({ db }: TaskStage, { allocationId }: PlacedTask): Promise<string[]> {
  const chunks = await db.prisma.logChunk.findMany({ where: { allocationId }, orderBy: { sequence: 'asc' } });
  return chunks.flatMap(({ lines }) => linesSchema.parse(lines).map(({ text }) => text));
}

export const untilLines = (stage: TaskStage, task: PlacedTask, atLeast: number) =>
  until(`${atLeast} lines of ${task.allocationId}`, async () => {
    const lines = await linesOf(stage, task);
    return lines.length >= atLeast && lines;
  });

/** In the engine, in whatever state. */
export const containersOf = ({ engine }: TaskStage, { allocationId }: PlacedTask): Promise<ContainerInfo[]> =>
  engine.docker.listContainers({ all: true, filters: { label: [`muster.allocation=${allocationId}`] } });

const eventSchema = z.object({ Actor: z.object({ Attributes: z.record(z.string(), z.string()) }) });

/** What the engine remembers having done: the attributes of each such event. */
export async function historyOf({ engine }: TaskStage, filters: Record<string, string[]>): Promise<Record<string, string>[]> {
  const events = await text(await engine.docker.getEvents({ since: 0, until: Date.now() / 1000, filters }));
  const lines = events.split('\n').filter((line) => line !== '');
  return lines.map((line) => eventSchema.parse(JSON.parse(line)).Actor.Attributes);
}

export const untilGone = (stage: TaskStage, task: PlacedTask) =>
  until(`no container of ${task.allocationId}`, async () => (await containersOf(stage, task)).length === 0);

export const untilRunning = (stage: TaskStage, task: PlacedTask) =>
  until(`a running container of ${task.allocationId}`, async () =>
    (await containersOf(stage, task)).find(({ State }) => State === 'running'),
  );

/** Every number from 1 on, each once and in order; marks of the agent's own are left out. Gives back the last number. */
export function expectUnbroken(lines: readonly string[], last?: number): number {
  const numbers = lines.flatMap((line) => (/^\d+$/.test(line) ? [Number(line)] : []));
  deepStrictEqual(
    numbers,
    Array.from({ length: last ?? numbers.length }, (_, i) => i + 1),
  );
  return numbers.length;
}

/** The task ran to its own end in one container, and everything that it said and its exit code arrived once. */
export async function expectWhole(
  stage: TaskStage,
  task: PlacedTask,
  { lines, exitCode, containerId }: { lines: number; exitCode: number; containerId?: string },
) {
  const ended = await untilPhase(stage, task, 'Failed', 'Succeeded', 'Lost', 'Cancelled');
  const phase = exitCode === 0 ? 'Succeeded' : 'Failed';
  const why = ended.phase === phase ? null : ended.phaseReason;
  deepStrictEqual({ phase: ended.phase, exitCode: ended.exitCode, why }, { phase, exitCode, why: null });
  if (containerId !== undefined) deepStrictEqual(ended.containerId, containerId);
  expectUnbroken(await untilLines(stage, task, lines), lines);
  await untilGone(stage, task);
  return ended;
}

/** For the end of a case: the buyer does not want it any more. */
export async function cancel(stage: TaskStage, task: PlacedTask): Promise<void> {
  await stage.network.buyer.run(['task', 'stop', task.taskId]).catch(() => undefined);
  await untilGone(stage, task);
}

/** The log of a `lasting` task that was stopped gracefully, to its last word. */
export const untilBye = (stage: TaskStage, task: PlacedTask) =>
  until('its last word', async () => {
    const lines = await linesOf(stage, task);
    return lines.at(-1) === 'bye' && lines;
  });
