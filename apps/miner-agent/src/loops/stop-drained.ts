import { drainsOf, isDue } from '../operator/drain.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { AllocationStore } from '../state/allocation-store.ts';
import { stopAllocations } from './stop-allocations.ts';

/** Ends what may not run on after a drain's deadline. Returns how many. */
export async function stopDrained(store: AllocationStore, state: AgentState, now: number): Promise<number> {
  let stopped = 0;
  for (const drain of drainsOf(state)) stopped += await stopAllocations(store, drain.stop, ({ spec }) => isDue(drain, spec.graceMs, now));
  return stopped;
}
