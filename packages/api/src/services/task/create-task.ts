import { randomUUID } from 'node:crypto';
import { findRun } from '@muster/db/repositories/runs';
import { createTask as createTaskRow, findTaskByKey } from '@muster/db/repositories/tasks';
import type { RunRow, TaskRow } from '@muster/db/rows';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { parseImageReference } from '@muster/protocol/images/image-reference';
import { parseTaskSpec, toAppError } from '@muster/protocol/task-spec/parse-task-spec';
import { specHash } from '@muster/protocol/task-spec/task-spec';
import type { Deps } from '../../app/deps.ts';
import { runTopic } from '../../live/topics.ts';

export type NewTaskInput = { runId: string; spec: unknown; idempotencyKey: string | null; needsCredentials: boolean; actor: string };

/** Keeps a task for the reconcile loop to place; a key that was used before is answered as the first time, whatever became of the run. Throws TASK_SPEC_INVALID, RUN_CLOSED, NOT_RUN_MASTER, IDEMPOTENCY_CONFLICT, RATE_LIMITED. */
export async function createTask(
  { db, live, signer, settings, logger }: Pick<Deps, 'db' | 'live' | 'signer' | 'settings' | 'logger'>,
  input: NewTaskInput,
): Promise<TaskRow> {
  const { runId, idempotencyKey, needsCredentials, actor } = input;
  const parsed = parseTaskSpec(input.spec);
  if (!parsed.ok) throw toAppError(parsed.error);
  const spec = parsed.value;
  const run = await findRun(db, runId);
  if (run === null) throw new AppError('RUN_UNKNOWN');
  const hash = specHash(spec);
  const refusal = refusalOf(run, signer.address);
  if (refusal !== null) {
    const known = await findTaskByKey(db, { runId, idempotencyKey });
    if (known === null) throw refusal;
    return sameTask(known, { hash, needsCredentials });
  }
  const name = spec.name ?? spec.image;
  const maxOpen = settings.limits.openTasks;
  const made = await createTaskRow(
    db,
    {
      taskId: randomUUID(),
      runId,
      name,
      spec,
      specHash: hash,
      idempotencyKey,
      imageDigest: unwrap(parseImageReference(spec.image)).digest,
      needsCredentials,
      createdBy: actor,
    },
    { maxOpen },
  );
  if (made === null)
    throw new AppError('RATE_LIMITED', {
      publicMessage: `The run has ${maxOpen} tasks that have not ended, as many as this master takes.`,
      hint: 'Stop tasks that are not needed any more, or wait until some have ended.',
    });
  const task = sameTask(made.task, { hash, needsCredentials });
  if (made.created) {
    live.publish(['reconcile', runTopic(runId, 'task')]);
    logger.info({ event: 'task.created', runId, taskId: task.taskId, name, actor }, 'a buyer created a task');
  }
  return task;
}

/** Why the run takes no new tasks here; null when it does. */
function refusalOf(run: RunRow, master: string): AppError | null {
  if (run.closedAt !== null) return new AppError('RUN_CLOSED');
  if (run.master === master) return null;
  return new AppError('NOT_RUN_MASTER', {
    publicMessage: `The run names another master (${run.master}).`,
    hint: `Ask that master, or name this one (${master}) with setMaster.`,
  });
}

function sameTask(task: TaskRow, { hash, needsCredentials }: { hash: string; needsCredentials: boolean }): TaskRow {
  if (task.specHash === hash && task.needsCredentials === needsCredentials) return task;
  throw new AppError('IDEMPOTENCY_CONFLICT', { data: { taskId: task.taskId } });
}
