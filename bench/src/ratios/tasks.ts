import { randomUUID } from 'node:crypto';
import type { TestBuyer } from '@muster/api/testing/test-buyer';
import type Docker from 'dockerode';
import { demoImage } from '@muster/network/demo-image';
import type { ManagedProcess } from '@muster/network/managed-process';
import { type Ratio, compare } from '../ratio.ts';
import { createBareContainers } from './bare-container.ts';
import { watchContainerStarts } from './container-starts.ts';
import { describePath } from './path-of-a-task.ts';
import { createTaskRunner } from './task-runner.ts';

const ROUNDS = 12;
const WARM_UPS = 2;

interface Surroundings {
  buyer: TestBuyer;
  docker: Docker;
  runId: string;
  network: 'none' | 'egress';
  /** Master and agent, whose logs tell where the time goes. */
  daemons: readonly ManagedProcess[];
  signal: AbortSignal;
}

export async function measureTasks({ buyer, docker, runId, network, daemons, signal }: Surroundings): Promise<Ratio> {
  const spec = {
    name: 'bench',
    image: demoImage,
    command: ['sleep', '600'],
    network,
    grace: '0s',
    resources: { cpu: 0.25, memory: '64MiB' },
  };
  const starts = await watchContainerStarts(docker, runId);
  const runner = createTaskRunner({ buyer, docker, runId, starts });
  const bare = createBareContainers(docker, randomUUID().slice(0, 8));
  const measured = new Set<string>();
  const measureTask = async () => {
    const task = await runner.start(spec);
    measured.add(task.taskId);
    await runner.end(task);
    return task.elapsedMs;
  };
  try {
    const first = await runner.start(spec);
    await bare.imitate(first.containerId);
    await runner.end(first);
    for (let round = 0; round < WARM_UPS; round += 1) await bare.measure().then(measureTask);
    measured.clear();
    return await compare({
      id: network === 'none' ? 'tasks' : `tasks-${network}`,
      title: `task.create until the container runs and the master knows ÷ bare dockerode with the same options, network ${network}`,
      unit: 'ms',
      aim: { atMost: 1.3 },
      rounds: ROUNDS,
      signal,
      product: { name: 'API call → master → agent → Docker → master', measure: measureTask },
      baseline: { name: network === 'none' ? 'create + start' : 'create network + create + start', measure: bare.measure },
      notes: () => [describePath(daemons, measured)],
    });
  } catch (error) {
    const said = daemons.map((daemon) => `${daemon.name}:\n${daemon.lastLines(12)}`).join('\n');
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${said}`, { cause: error });
  } finally {
    runner.close();
    starts.close();
    await bare.close();
  }
}
