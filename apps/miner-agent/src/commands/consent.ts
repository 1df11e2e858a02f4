import { isLive } from '@muster/domain/registry/standing';
import { capabilitiesHash } from '@muster/protocol/capabilities';
import { AppError } from '@muster/protocol/errors/app-error';
import { howToSet, type Config } from '../config.ts';
import { consentLink, signConsent } from '../consent.ts';
import { openJsonStore } from '../state/json-store.ts';
import { agentStateSchema, initialState } from '../state/agent-state.ts';
import { runDirectory } from '../state/open-stores.ts';
import { join } from 'node:path';
import { examine } from './doctor.ts';
import { print } from './print.ts';
import { openSurroundings } from './surroundings.ts';

/** The same link that `start` prints while it waits; the document behind it is kept for when the provider has used it. */
export async function consentCommand(config: Config): Promise<void> {
  const { chain, domain, keys, runId, identity } = await openSurroundings(config);
  const { signer, providerAddress: provider } = keys;
  if (!provider)
    throw new AppError('CONFIG_INVALID', {
      publicMessage: 'MUSTER_PROVIDER is required: the address of the wallet that will register this node',
      hint: howToSet('MUSTER_PROVIDER'),
    });
  const registration = await chain.readRegistration();
  if (registration && isLive(registration.standing))
    throw new AppError('ALREADY_REGISTERED', { data: { seq: registration.seq, standing: registration.standing } });
  const seq = (registration?.seq ?? 0) + 1;

  const state = await openJsonStore(join(runDirectory(config.dataDir, identity), 'agent.json'), agentStateSchema, initialState(identity));
  const kept = state.get().registration;
  const capabilities = kept?.seq === seq ? kept.capabilities : (await examine(config)).capabilities;
  if (!capabilities) throw new AppError('DOCKER_UNAVAILABLE');
  await state.update((current) => ({ ...current, registration: { seq, capabilities } }));
  const consent = signConsent({
    domain,
    signer,
    runId,
    provider,
    capabilitiesHash: capabilitiesHash(capabilities),
    seq,
    chainTimeMs: await chain.readTime(),
  });
  print(consentLink(config.dashboardUrl, consent));
}
