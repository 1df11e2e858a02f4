import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile, writeFileAtomic } from '@muster/runtime/atomic-file';
import { step } from '../../scripts/lib/steps.mjs';
import { demoImage } from './demo-image.ts';
import type { DockerEngine } from './docker-engine.ts';
import type { Network } from './network.ts';
import { waitForNode, waitForTask } from './progress.ts';

const stateSchema = z.object({ runId: z.string(), taskId: z.string().optional() });
type DemoState = z.infer<typeof stateSchema>;

const taskSpec = `name: hello
image: ${demoImage}
command:
  - sh
  - -c
  - |
    trap 'echo "Stopping, as asked."; exit 0' TERM
    echo "Hello from a machine that nobody here owns."
    step=0
    while true; do
      step=$((step + 1))
      echo "step $step loss 0.$((RANDOM % 900 + 100))"
      sleep 5 & wait $!
    done
resources: { cpu: 0.25, memory: 64MiB }
volumes:
  - { name: checkpoints, path: /checkpoints }
restart: { policy: on-failure }
`;

/**
 * What a newcomer sees first: the development wallet's run, the local miner on its way through the phases, and a task.
 * A second start resumes the same run and task.
 */
export async function seedDemo(
  network: Network,
  { dataDir, engine, minerPort }: { dataDir: string; engine: DockerEngine | undefined; minerPort: number },
): Promise<void> {
  const file = join(dataDir, 'demo.json');
  const state = await resumeOrCreate(network, await readJsonFile(file, stateSchema));
  await writeFileAtomic(file, JSON.stringify(state));
  if (!engine || state === undefined) return;
  const miner = network.addMiner({ runId: state.runId, port: minerPort, engine });
  await step('miner: hardware checked', () => miner.waitForEvent('ready', { timeoutMs: 240_000 }).then(() => undefined));
  await step('miner: registered, approved, invited, healthy', () => waitForNode(network, state.runId, miner));
  const taskId = state.taskId ?? (await createTask(network, state.runId));
  await writeFileAtomic(file, JSON.stringify({ ...state, taskId }));
  await step('task: running in a container', () => waitForTask(network, taskId));
}

async function resumeOrCreate({ buyer, url }: Network, kept: DemoState | null): Promise<DemoState> {
  if (kept) {
    const run = await buyer.run<{ closedAt: string | null }>(['run', 'show', kept.runId]).catch(() => undefined);
    if (run && run.closedAt === null) return kept;
  }
  return step('run: created by the development wallet', async () => {
    const { runId } = await buyer.run<{ runId: string }>([
      'run',
      'create',
      '--requirements',
      'cpu: 1.., memory: 512MiB..',
      '--discovery',
      `${url}/discovery`,
      '--wait',
    ]);
    return { runId };
  });
}

async function createTask({ buyer }: Network, runId: string): Promise<string> {
  const { taskId } = await buyer.run<{ taskId: string }>(['task', 'create', runId, '-f', '-'], { stdin: taskSpec });
  return taskId;
}
