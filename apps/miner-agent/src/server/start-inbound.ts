import { capabilitiesHash, type CapabilityDocument } from '@muster/protocol/capabilities';
import { createContainerChallenges } from '../challenges/container.ts';
import type { AgentContext } from '../context.ts';
import { announcedEndpoint } from '../endpoint.ts';
import type { Tenancy } from '../tenancy.ts';
import { createInviteDesk } from './accept-invite.ts';
import { createChallengeDesk } from './answer-challenge.ts';
import { startMinerServer } from './miner-server.ts';
import { createRunView } from './run-view.ts';

export interface InboundOptions {
  tenancy: Tenancy;
  /** The document of now, until one is registered. */
  present: CapabilityDocument;
}

/** Opens the door for validators and the master. Returns the URL to announce. */
export async function startInbound(
  context: AgentContext,
  { tenancy, present }: InboundOptions,
): Promise<{ endpoint: string; close(): Promise<void> }> {
  const { config, chain, stores, runtime, images, isolation, signer, runId, monotonic, host } = context;
  const common = { ...context, view: createRunView(chain, monotonic), nonces: stores.nonces };
  const containers = createContainerChallenges({ runtime, images, node: signer.address, runId, hasInit: tenancy.hasInit, isolation });
  const facts = () => ({
    containers,
    identity: { capabilitiesHash: capabilitiesHash(stores.state.get().registration?.capabilities ?? present) },
  });
  const server = await startMinerServer(
    { challenge: createChallengeDesk({ ...common, facts }), invite: createInviteDesk({ ...common, accept: tenancy.acceptInvite }) },
    config.listen,
  );
  const listen = { ...config.listen, port: server.port };
  const { url } = announcedEndpoint({ configured: config.endpoint, listen, addresses: host.addresses() });
  return { endpoint: url, close: () => server.close() };
}
