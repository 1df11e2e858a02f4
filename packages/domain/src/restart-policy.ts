export interface RestartPolicy {
  policy: 'never' | 'on-failure' | 'always';
  maxRetries: number;
  backoffMs: number;
}

/** How an allocation ended. `stopped` is a stop that somebody asked for; `refused`: its node did not even begin it. */
export type AllocationExit =
  | { kind: 'exited'; exitCode: number }
  | { kind: 'error' }
  | { kind: 'lost' }
  | { kind: 'stopped' }
  | { kind: 'refused' };

export type RestartDecision = { retry: true; delayMs: number } | { retry: false; phase: 'Succeeded' | 'Failed' | 'Cancelled' };

export const MAX_BACKOFF_MS = 5 * 60_000;

/** Whether a new allocation follows one that ended; `retries` counts those that already did. Doubles the wait each time, up to five minutes. */
export function decideRestart(policy: RestartPolicy, exit: AllocationExit, retries: number): RestartDecision {
  if (exit.kind === 'stopped') return { retry: false, phase: 'Cancelled' };
  // Nothing ran, so there is nothing to restart: another node is asked, whatever the policy.
  if (exit.kind === 'refused') return { retry: true, delayMs: 0 };
  const succeeded = exit.kind === 'exited' && exit.exitCode === 0;
  const wanted = policy.policy === 'always' || (policy.policy === 'on-failure' && !succeeded);
  if (!wanted || retries >= policy.maxRetries) return { retry: false, phase: succeeded ? 'Succeeded' : 'Failed' };
  // The node is at fault for a loss, not the container: no wait.
  if (exit.kind === 'lost') return { retry: true, delayMs: 0 };
  return { retry: true, delayMs: Math.min(MAX_BACKOFF_MS, policy.backoffMs * 2 ** Math.min(retries, 30)) };
}
