import { randomUUID } from 'node:crypto';
import type { Database } from '../client.ts';
import { createFollowerStore } from '../mirror/follower-store.ts';
import { createAllocations, type NewAllocation } from '../repositories/allocations.ts';
import { beginNodeLives } from '../repositories/node-states.ts';
import { createTask } from '../repositories/tasks.ts';
import type { AllocationRow, TaskRow } from '../rows.ts';
import { addressOf, appendOf, approved, block, eventsIn, hashOf, registered, runCreated } from './chain-events.ts';

let numbers = 0;

/** A number that no other call in this file was given. */
export const fresh = (): number => (numbers += 1);

/** A run of its own with `count` approved nodes that the master has seen. */
export async function createRunWithNodes(db: Database, count: number): Promise<{ runId: string; nodes: `0x${string}`[] }> {
  const store = createFollowerStore(db);
  const head = (await store.readCursor())?.head.number ?? 0;
  const runId = String(fresh());
  const nodes = Array.from({ length: count }, () => addressOf(1_000_000 + fresh()));
  const [b1, b2, b3] = [block(head + 1), block(head + 2), block(head + 3)];
  const events = [
    ...eventsIn(b1, runCreated(runId)),
    ...eventsIn(b2, ...nodes.map((node) => registered(runId, node))),
    ...eventsIn(b3, ...nodes.flatMap((node) => approved(runId, node))),
  ];
  await store.append(appendOf([b1, b2, b3], events));
  await beginNodeLives(
    db,
    nodes.map((node) => ({ runId, node, seq: 1, actor: 'chain', reason: 'registered on chain' })),
  );
  return { runId, nodes };
}

export async function createTaskIn(db: Database, runId: string, { needsCredentials = false } = {}): Promise<TaskRow> {
  const made = await createTask(
    db,
    {
      taskId: randomUUID(),
      runId,
      name: 'demo',
      spec: { image: 'demo' },
      specHash: hashOf('spec'),
      idempotencyKey: null,
      imageDigest: null,
      needsCredentials,
      createdBy: addressOf(1),
    },
    { maxOpen: 1_000 },
  );
  if (made === null) throw new Error('the run is full');
  return made.task;
}

export const allocationOf = (task: TaskRow, node: string, replica = 0): NewAllocation => ({
  allocationId: randomUUID(),
  taskId: task.taskId,
  runId: task.runId,
  node,
  seq: 1,
  replica,
  restarts: 0,
  actor: 'master',
  reason: 'placed',
});

export async function placeOn(db: Database, task: TaskRow, node: string): Promise<AllocationRow> {
  const [allocation] = await createAllocations(db, [allocationOf(task, node)]);
  if (!allocation) throw new Error('nothing was placed');
  return allocation;
}
