import { createChainClient, type ChainClient } from '@muster/chain/clients';
import { musterDomain, type MusterDomain } from '@muster/protocol/messages/domain';
import { createRunChain } from '../adapters/chain/run-chain.ts';
import { requireRunId, type Config } from '../config.ts';
import { loadKeys, type NodeKeys } from '../keys.ts';
import type { RunChain } from '../ports/run-chain.ts';
import type { AgentState } from '../state/agent-state.ts';

export interface Surroundings {
  client: ChainClient;
  keys: NodeKeys;
  domain: MusterDomain;
  runId: string;
  identity: AgentState['identity'];
  chain: RunChain;
}

/** What a command about one run needs; nothing is asked of the chain yet. */
export async function openSurroundings(config: Config): Promise<Surroundings> {
  const runId = requireRunId(config);
  const { network, addresses, rpcUrl } = config;
  const client = createChainClient({ chainId: network.chainId, rpcUrl });
  const keys = await loadKeys(config, client, new AbortController().signal);
  const chain = createRunChain({
    client,
    network,
    registry: addresses.registry,
    runId,
    node: keys.signer.address,
    provider: keys.provider,
    self: keys.self,
  });
  const { chainId } = network;
  const { registry } = addresses;
  const identity = { chainId, registry, runId, node: keys.signer.address };
  return { client, keys, runId, identity, chain, domain: musterDomain({ chainId, registry }) };
}
