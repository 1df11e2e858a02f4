import { capabilitiesHash, type CapabilityDocument } from '@muster/protocol/capabilities';
import type { Signer } from '@muster/protocol/crypto/signer';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import type { Logger } from '@muster/runtime/logger';
import { createContainerChallenges } from '../challenges/container.ts';
import type { Config } from '../config.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { Host } from '../ports/host.ts';
import type { RunChain } from '../ports/run-chain.ts';
import type { AgentStores } from '../state/open-stores.ts';
import type { Tenancy } from '../tenancy.ts';
import { createInviteDesk } from './accept-invite.ts';
import { createChallengeDesk } from './answer-challenge.ts';
import { startMinerServer } from './miner-server.ts';
import { createRunView } from './run-view.ts';

export interface InboundOptions {
  config: Config;
  chain: RunChain;
  stores: AgentStores;
  tenancy: Tenancy;
  runtime: ContainerRuntime;
  host: Pick<Host, 'addresses'>;
  signer: Signer;
  domain: MusterDomain;
  runId: string;
  allowPrivate: boolean;
  /** The document of now, until one is registered. */
  fallback: CapabilityDocument;
  logger: Logger;
  now: () => number;
  monotonic: () => number;
  signal: AbortSignal;
}

/** Opens the door for validators and the master. Returns the URL to announce. */
export async function startInbound(options: InboundOptions): Promise<{ endpoint: string; close(): Promise<void> }> {
  const { config, chain, stores, tenancy, runtime, signer, runId, monotonic, fallback, host } = options;
  const view = createRunView(chain, monotonic);
  const common = { ...options, view, nonces: stores.nonces };
  const containers = createContainerChallenges({ runtime, node: signer.address, runId, hasInit: tenancy.hasInit });
  const context = () => ({
    containers,
    identity: { capabilitiesHash: capabilitiesHash(stores.state.get().registration?.capabilities ?? fallback) },
  });
  const server = await startMinerServer(
    { challenge: createChallengeDesk({ ...common, context }), invite: createInviteDesk({ ...common, accept: tenancy.acceptInvite }) },
    config.listen,
  );
  return { endpoint: config.endpoint ?? endpointOf(config.listen.host, server.port, host.addresses()), close: () => server.close() };
}

/** Without a setting: where we listen, or this machine's first address when we listen everywhere. */
function endpointOf(listenHost: string, port: number, addresses: readonly string[]): string {
  const isWildcard = listenHost === '0.0.0.0' || listenHost === '::';
  const address = isWildcard ? (addresses[0] ?? '127.0.0.1') : listenHost;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}
