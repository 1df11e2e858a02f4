import { capabilitiesHash, type CapabilityDocument } from '@muster/protocol/capabilities';
import type { MinerHandlers } from '@muster/api/miner';
import { createContainerChallenges } from '../challenges/container.ts';
import type { AgentContext } from '../context.ts';
import type { HouseRules } from '../policy/house-rules.ts';
import { chooseReach, type Reach } from '../reach.ts';
import type { Tenancy } from '../tenancy.ts';
import { createInviteDesk } from './accept-invite.ts';
import { createChallengeDesk } from './answer-challenge.ts';
import { startMinerServer } from './miner-server.ts';
import { createRelayDesk, type RelayDesk } from './relay-desk.ts';
import { createRunView } from './run-view.ts';

export interface InboundOptions {
  tenancy: Tenancy;
  rules: Pick<HouseRules, 'admitChallenge'>;
  /** The document of now, until one is registered. */
  present: CapabilityDocument;
}

export interface Inbound {
  /** What to announce now: it follows the machine's addresses where it is a guess from them. Empty for a relay. */
  endpoint(): string;
  /** Answers what discovery relays; null where the node has a port of its own. */
  relay: RelayDesk | null;
  close(): Promise<void>;
}

/** Opens the door for validators and the master: a port, or a desk for what is relayed and no port at all. */
export async function startInbound(context: AgentContext, { tenancy, rules, present }: InboundOptions): Promise<Inbound> {
  const { config, chain, stores, runtime, images, isolation, signer, runId, monotonic } = context;
  const common = { ...context, view: createRunView(chain, monotonic), nonces: stores.nonces };
  const containers = createContainerChallenges({
    runtime,
    images,
    node: signer.address,
    runId,
    hasInit: tenancy.hasInit,
    isolation,
    admit: rules.admitChallenge,
  });
  const facts = () => ({
    containers,
    identity: { capabilitiesHash: capabilitiesHash(stores.state.get().registration?.capabilities ?? present) },
  });
  const handlers: MinerHandlers = {
    challenge: createChallengeDesk({ ...common, facts }),
    invite: createInviteDesk({ ...common, accept: tenancy.acceptInvite }),
  };
  if (reachOf(context, config.listen).kind === 'relay') {
    const me = { runId, node: signer.address };
    const relay = createRelayDesk({ handlers, me, privateKey: stores.encryptionKey.privateKey, monotonic });
    return { endpoint: () => '', relay, close: () => Promise.resolve() };
  }
  const server = await startMinerServer(handlers, config.listen);
  let last = '';
  return {
    endpoint() {
      const reach = reachOf(context, { ...config.listen, port: server.port });
      // A cable that is out for a moment is no reason to send anybody elsewhere.
      if (reach.kind === 'direct' && (last === '' || reach.source !== 'loopback')) last = reach.endpoint;
      return last;
    },
    relay: null,
    close: () => server.close(),
  };
}

const reachOf = ({ config, host, allowPrivate }: AgentContext, listen: { host: string; port: number }): Reach =>
  chooseReach({ configured: config.endpoint, listen, addresses: host.addresses(), allowPrivate });
