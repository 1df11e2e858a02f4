import type { ReadableFollowerStore } from '@muster/chain/follower/memory-store';
import type { Progress } from '@muster/chain/follower/follow-registry';
import { applyRegistryEvents } from '@muster/domain/registry/fold';
import { EMPTY_REGISTRY, type RegistryState } from '@muster/domain/registry/state';

/** What the followed events add up to, kept in memory: grown by each append, made anew after a reorg. */
export interface Mirror {
  state(): RegistryState;
  apply(progress: Progress): Promise<void>;
}

export async function createMirror(store: ReadableFollowerStore): Promise<Mirror> {
  const refold = async (): Promise<RegistryState> => applyRegistryEvents(EMPTY_REGISTRY, await store.events());
  let state = await refold();
  return {
    state: () => state,
    async apply(progress) {
      if (progress.kind === 'rolled-back') state = await refold();
      else if (progress.kind === 'appended' && progress.events.length > 0) state = applyRegistryEvents(state, progress.events);
    },
  };
}
