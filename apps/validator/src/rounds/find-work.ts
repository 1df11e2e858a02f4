import { interleave } from '@muster/domain/interleave';
import { deriveStanding } from '@muster/domain/registry/derive-standing';
import { nextRound, ROUND_TIMEOUT_MS } from '@muster/domain/registry/next-round';
import { isLive } from '@muster/domain/registry/standing';
import { verdictKey, type RegistrationState, type RegistryState } from '@muster/domain/registry/state';
import { addressSchema, hash32Schema } from '@muster/protocol/primitives';
import type { RoundJob } from '../ports/round.ts';

/** The rounds that take a verdict of `validator` now, by the mirror: a candidate is checked against the chain before anything is asked. */
export function findWork(state: RegistryState, validator: string, nowMs: number): RoundJob[] {
  const jobs = [...state.registrations.values()].flatMap((registration) => {
    const job = jobOf(state, registration, nowMs);
    if (!job) return [];
    return state.verdicts.has(verdictKey({ ...job, validator })) ? [] : [job];
  });
  // One run full of silent nodes must not keep the others waiting.
  return interleave(jobs, ({ runId }) => runId);
}

function jobOf(state: RegistryState, registration: RegistrationState, nowMs: number): RoundJob | null {
  const run = state.runs.get(registration.runId);
  if (!run || !isLive(deriveStanding(registration, run, nowMs))) return null;
  const { round, opensAt, closesAt } = nextRound(registration, run, nowMs);
  if (opensAt > nowMs) return null;
  return {
    runId: registration.runId,
    node: addressSchema.parse(registration.node),
    seq: registration.seq,
    round,
    discoveryUri: run.discoveryUri,
    capabilitiesHash: hash32Schema.parse(registration.capabilitiesHash),
    // A later round that nobody has opened stays possible; we give an unreachable node as long as an open round has.
    deadline: closesAt ?? opensAt + ROUND_TIMEOUT_MS,
  };
}
