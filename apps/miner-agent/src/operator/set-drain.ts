import { join } from 'node:path';
import { lockDirectory } from '@muster/runtime/directory-lock';
import { agentStateSchema, initialState, type AgentState } from '../state/agent-state.ts';
import { openJsonStore } from '../state/json-store.ts';
import { runDirectory } from '../state/open-stores.ts';
import { connectAgent } from './control-client.ts';
import type { OwnerDrain } from './drain.ts';

export interface SetDrainInput {
  dataDir: string;
  identity: AgentState['identity'];
  drain: OwnerDrain | null;
}

/** Tells the running agent, or writes it down for the next. Returns whether an agent runs. */
export async function setDrain({ dataDir, identity, drain }: SetDrainInput): Promise<boolean> {
  const agent = await connectAgent(dataDir);
  if (agent) {
    await agent.drain(drain);
    return true;
  }
  // Held while writing: an agent that starts meanwhile would not see the change.
  const lock = await lockDirectory(dataDir);
  try {
    const state = await openJsonStore(join(runDirectory(dataDir, identity), 'agent.json'), agentStateSchema, initialState(identity));
    await state.update((current) => ({ ...current, ownerDrain: drain }));
  } finally {
    await lock.release();
  }
  return false;
}
