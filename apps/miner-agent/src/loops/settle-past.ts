import { isLive, type Standing } from '@muster/domain/registry/standing';
import type { RunChain } from '../ports/run-chain.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { JsonStore } from '../state/json-store.ts';

export interface SettlePastOptions {
  chain: Pick<RunChain, 'readRegistration' | 'readFinalStanding'>;
  state: JsonStore<AgentState>;
  /** The last registration is over: nothing of it may run on. */
  onEnded: (standing: Standing) => Promise<void>;
}

/**
 * For the start: a registration may have ended while the agent was away, and its containers must not run on. An answer that
 * knows no registration, or only an earlier one than we do, is no evidence. Throws RPC_UNAVAILABLE.
 */
export async function settlePast({ chain, state, onEnded }: SettlePastOptions): Promise<void> {
  const registration = await chain.readRegistration();
  const known = state.get().registration;
  if (!registration || !known || registration.seq < known.seq || isLive(registration.standing)) return;
  const standing = await chain.readFinalStanding();
  if (standing === 'None' || isLive(standing)) return;
  await onEnded(standing);
  await state.update((current) => ({ ...current, invite: null, drain: null }));
}
