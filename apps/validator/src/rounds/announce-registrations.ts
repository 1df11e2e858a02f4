import type { RegistryEvent } from '@muster/domain/registry/events';
import type { RoundDeps } from './deps.ts';

/** Logs each new registration in a run that this validator serves; other runs are none of its business. */
export function createAnnouncer({ registry, logger }: Pick<RoundDeps, 'registry' | 'logger'>) {
  return async (events: readonly RegistryEvent[]): Promise<void> => {
    for (const event of events) {
      if (event.name !== 'Registered') continue;
      const { runId, node, provider, seq } = event.args;
      const { txHash, blockNumber } = event.position;
      if (await registry.isValidator(runId).catch(() => false))
        logger.info({ event: 'registration.seen', runId, node, provider, seq, txHash, blockNumber }, 'a node has registered');
      else logger.debug({ event: 'registration.skipped', runId, node }, 'not a validator of this run');
    }
  };
}
