import { AppError } from '@muster/protocol/errors/app-error';
import type { ErrorCode } from '@muster/protocol/errors/codes';
import type { StepKind } from './steps.ts';

/** What becomes of a failed step: tried again after a pause, or the end of its allocation (or sync). */
export type FailureDecision = { retry: true; delayMs: number } | { retry: false };

/** How often a step may fail for this reason before its allocation ends; a reason not listed here never ends one. */
const ATTEMPTS: Partial<Record<ErrorCode, number>> = {
  IMAGE_NOT_FOUND: 1,
  IMAGE_PLATFORM_MISMATCH: 1,
  IMAGE_FORMAT_UNSUPPORTED: 1,
  IMAGE_DIGEST_MISMATCH: 1,
  IMAGE_TOO_LARGE: 1,
  ADDRESS_REFUSED: 1,
  REGISTRY_AUTH_REQUIRED: 1,
  REGISTRY_AUTH_DENIED: 1,
  REGISTRY_CREDENTIALS_INVALID: 1,
  REGISTRY_RATE_LIMITED: 8,
  COMMAND_NOT_FOUND: 1,
  VOLUME_UNKNOWN: 1,
  PAYLOAD_TOO_LARGE: 1,
  IMAGE_PULL_FAILED: 4,
  CONTAINER_START_FAILED: 2,
  POLICY_REFUSED: 1,
  EGRESS_UNAVAILABLE: 1,
  GPU_UNAVAILABLE: 1,
  RUNTIME_UNUSABLE: 1,
  RESOURCES_EXHAUSTED: 1,
  CONTAINER_VANISHED: 2,
  SNAPSHOT_FAILED: 4,
  SNAPSHOT_MISMATCH: 4,
};

/** Only steps on the way up may end an allocation: one that is to go must go, however long the engine refuses. */
const MAY_END: ReadonlySet<StepKind> = new Set(['pull', 'create', 'start', 'sync']);

const BASE_MS = 1_000;
const MAX_MS = 30_000;

export function decideFailure(kind: StepKind, error: AppError, failures: number): FailureDecision {
  const attempts = MAY_END.has(kind) ? ATTEMPTS[error.code] : undefined;
  if (attempts !== undefined && failures >= attempts) return { retry: false };
  return { retry: true, delayMs: Math.min(MAX_MS, BASE_MS * 3 ** Math.min(failures - 1, 10)) };
}

/** What the operating system says of the agent's own disk, in words that may leave the machine: they name none of its paths. */
const DISK: Readonly<Record<string, { code: ErrorCode; publicMessage: string; hint?: string }>> = {
  ENOSPC: { code: 'DISK_FULL', publicMessage: "The node's disk is full" },
  EDQUOT: { code: 'DISK_FULL', publicMessage: "The node's disk quota is used up" },
  EROFS: { code: 'DATA_DIR_UNUSABLE', publicMessage: "The node's data directory is read-only" },
  EACCES: { code: 'DATA_DIR_UNUSABLE', publicMessage: 'The node may not write to its data directory' },
  EIO: { code: 'DATA_DIR_UNUSABLE', publicMessage: "The node's disk fails" },
  EMFILE: {
    code: 'UNAVAILABLE',
    publicMessage: 'The agent has no file handle left',
    hint: 'Raise its limit of open files (ulimit -n, LimitNOFILE); it goes on by itself.',
  },
};

export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code, ...words } = systemTrouble(error) ?? { code: 'INTERNAL' as const, publicMessage: 'The agent failed at this step' };
  return new AppError(code, { ...words, cause: error });
}

/** Also where it lies behind an error of our own, such as that of a directory which cannot be used. */
function systemTrouble(error: unknown): (typeof DISK)[string] | undefined {
  if (!(error instanceof Error)) return undefined;
  return ('code' in error ? DISK[String(error.code)] : undefined) ?? systemTrouble(error.cause);
}
