import { listRegistered } from '@muster/db/repositories/nodes';
import { saveSealedCredentials } from '@muster/db/repositories/sealed-credentials';
import { findTask } from '@muster/db/repositories/tasks';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Address, Hex } from 'viem';
import type { Deps } from '../../app/deps.ts';
import { runTopic } from '../../live/topics.ts';

export type SealedForNode = { node: Address; encryptionKey: Hex; sealed: Hex };

/** Keeps credentials that the buyer sealed to nodes; what is in them nobody here can read. Throws NOT_FOUND, TASK_ENDED, CONFLICT. */
export async function sealCredentials(
  { db, live, logger }: Pick<Deps, 'db' | 'live' | 'logger'>,
  { taskId, credentials }: { taskId: string; credentials: readonly SealedForNode[] },
): Promise<void> {
  const task = await findTask(db, taskId);
  if (task === null) throw new AppError('NOT_FOUND');
  if (task.endedAt !== null) throw new AppError('TASK_ENDED');
  if (!task.needsCredentials)
    throw new AppError('CONFLICT', {
      publicMessage: 'The task was created without registry credentials.',
      hint: 'Create a new task with --registry-auth.',
    });
  const nodes = credentials.map(({ node }) => node);
  const known = new Set(await listRegistered(db, { runId: task.runId, nodes }));
  const stranger = nodes.find((node) => !known.has(node));
  if (stranger !== undefined) throw new AppError('NOT_FOUND', { publicMessage: `The run has no node ${stranger}.` });
  await saveSealedCredentials(
    db,
    credentials.map((one) => ({ taskId, ...one })),
  );
  logger.info({ event: 'credentials.sealed', runId: task.runId, taskId, nodes: credentials.length }, 'a buyer sealed credentials to nodes');
  live.publish(['reconcile', runTopic(task.runId, 'task')]);
}
