import { AppError } from '@muster/protocol/errors/app-error';
import { mebibytes } from '../isolation/mebibytes.ts';
import { demandOf } from '@muster/protocol/task-spec/defaults';
import type { LogEntry, ObservedContainer } from '../ports/container-runtime.ts';
import type { AllocationRecord, Outcome } from './desired.ts';

const OOM_EXIT_CODE = 137;
/** SIGXFSZ: the kernel's word for a file that grows over the limit. */
const FILE_SIZE_EXIT_CODE = 128 + 25;
const FILE_TOO_LARGE = (limitBytes: number) => `A file of the container grew over its disk limit of ${mebibytes(limitBytes)}`;
/** What the engine's init says when it cannot execute the command; the engine itself reports a successful start then. */
const INIT_EXEC_FAILED = /^\[FATAL tini \(\d+\)\] exec (.+) failed: (.+)$/;

export interface Ended {
  record: AllocationRecord;
  container: ObservedContainer;
  lastEntry: LogEntry | undefined;
  now: number;
  /** The engine was away when it ended, and does not keep containers over that. */
  endedByEngine: boolean;
}

/** How an allocation ended, from what the engine says of its container. Pure. */
export function outcomeOf({ record, container, lastEntry, now, endedByEngine }: Ended): Outcome {
  const verdict = endedByEngine && !record.stop ? lostWithEngine(container) : judge(record, container, lastEntry);
  return {
    ...verdict,
    exitCode: container.exitCode,
    oomKilled: container.oomKilled,
    containerId: container.id,
    imageId: container.imageId,
    startedAt: container.startedAt === null ? null : Date.parse(container.startedAt),
    endedAt: container.finishedAt === null ? now : Date.parse(container.finishedAt),
  };
}

function judge(
  record: AllocationRecord,
  container: ObservedContainer,
  lastEntry: LogEntry | undefined,
): Pick<Outcome, 'phase' | 'reason' | 'error'> {
  const { exitCode, oomKilled } = container;
  if (record.stop) return { phase: record.stop.phase, reason: record.stop.reason, error: record.stop.error ?? null };
  if (exitCode === 0) return { phase: 'Succeeded', reason: 'exited with code 0', error: null };
  if (oomKilled && exitCode === OOM_EXIT_CODE) return failure(new AppError('CONTAINER_OOM_KILLED'));
  if (exitCode === FILE_SIZE_EXIT_CODE)
    return failure(new AppError('DISK_LIMIT_EXCEEDED', { publicMessage: FILE_TOO_LARGE(demandOf(record.spec).diskBytes) }));
  const init = (exitCode === 126 || exitCode === 127) && lastEntry ? INIT_EXEC_FAILED.exec(lastEntry.text) : null;
  if (init)
    return failure(
      new AppError('COMMAND_NOT_FOUND', { publicMessage: `The command "${init[1]}" cannot be executed in the image: ${init[2]}` }),
    );
  if (container.startedAt === null) return failure(new AppError('CONTAINER_START_FAILED', { publicMessage: container.error ?? undefined }));
  return failure(
    new AppError('CONTAINER_EXITED', { publicMessage: `The container ended with exit code ${exitCode}${signalNote(exitCode)}` }),
  );
}

/** Lost, not Failed or Succeeded: the exit code is the answer to the engine's signal, and says nothing of the task. */
function lostWithEngine({ exitCode }: ObservedContainer): Pick<Outcome, 'phase' | 'reason' | 'error'> {
  const error = new AppError('ENGINE_RESTARTED', {
    publicMessage: `The container engine of the node stopped or was restarted, and the container with it (exit code ${exitCode ?? 'unknown'})`,
  });
  return { ...failure(error), phase: 'Lost' };
}

/** By a shell's convention 128 + n means killed by signal n. */
function signalNote(exitCode: number | null): string {
  if (exitCode === 137) return ' (killed by SIGKILL)';
  if (exitCode === 143) return ' (ended by SIGTERM)';
  return '';
}

export function failure(error: AppError): Pick<Outcome, 'reason' | 'error'> & { phase: 'Failed' } {
  const { code, publicMessage: message, hint } = error;
  return { phase: 'Failed', reason: message.slice(0, 500), error: { code, message: message.slice(0, 2000), hint } };
}

/** For an allocation that ends without a container of its own. */
export const withoutContainer = (verdict: Pick<Outcome, 'phase' | 'reason' | 'error'>, record: AllocationRecord, now: number): Outcome => ({
  ...verdict,
  exitCode: null,
  oomKilled: false,
  containerId: record.containerId,
  imageId: null,
  startedAt: null,
  endedAt: now,
});
