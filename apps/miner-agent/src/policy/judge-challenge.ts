import { AppError } from '@muster/protocol/errors/app-error';
import { err, ok, type Result } from '@muster/protocol/errors/result';
import { judge } from './judge.ts';
import type { Policy } from './policy.ts';

export interface ChallengeBounds {
  cpus: number;
  memoryBytes: number;
}

const MiB = 1024 * 1024;
/** Not in the books: a full node must still answer its validators. The reserve bears it. */
const MOST: ChallengeBounds = { cpus: 1, memoryBytes: 256 * MiB };

/** Whether a validator's container may run now, and how large: the owner's bounds for one task hold for it too. Pure. */
export function judgeChallenge(policy: Policy, image: string, nowMs: number): Result<ChallengeBounds, AppError> {
  const { cpu = MOST.cpus, memoryBytes = MOST.memoryBytes } = policy.limits.each;
  const bounds = { cpus: Math.min(MOST.cpus, cpu), memoryBytes: Math.min(MOST.memoryBytes, memoryBytes) };
  const demand = { cpu: bounds.cpus, memoryBytes: bounds.memoryBytes, diskBytes: 0, gpu: null };
  const judged = judge(policy, { buyer: null, image, demand, needs: [] }, nowMs);
  return judged.ok ? ok(bounds) : err(new AppError(judged.error.code, { publicMessage: judged.error.message }));
}
