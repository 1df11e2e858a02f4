import { getRegistration } from '@muster/chain/actions/get-registration';
import { getRun } from '@muster/chain/actions/get-run';
import { isValidator } from '@muster/chain/actions/is-validator';
import { latestBlock } from '@muster/chain/actions/latest-block';
import { leaveRun } from '@muster/chain/actions/leave-run';
import { masterTerm } from '@muster/chain/actions/master-term';
import { nextRound } from '@muster/chain/actions/next-round';
import { nodeInfo } from '@muster/chain/actions/node-info';
import { register } from '@muster/chain/actions/register';
import type { ChainClient } from '@muster/chain/clients';
import { withChainErrors } from '@muster/chain/errors';
import { computeRegistryAbi } from '@muster/chain/generated/compute-registry';
import type { Network } from '@muster/chain/networks';
import type { TxSender } from '@muster/chain/sender/tx-sender';
import { standingOfNumber } from '@muster/domain/registry/standing';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Address } from 'viem';
import type { RunChain } from '../../ports/run-chain.ts';

export interface RunChainOptions {
  client: ChainClient;
  network: Network;
  registry: Address;
  runId: string;
  node: Address;
  /** Pays; null when the provider's key is not on this machine. */
  provider: TxSender | null;
  /** The node's own key: it may leave by itself, if it has gas. */
  self: TxSender;
}

export function createRunChain({ client, network, registry, runId, node, provider, self }: RunChainOptions): RunChain {
  const reader = { client, registry };
  return {
    readRun: () => getRun(reader, runId),
    readRegistration: () => getRegistration(reader, runId, node),
    async readFinalStanding() {
      const standing = await withChainErrors(() =>
        client.readContract({
          address: registry,
          abi: computeRegistryAbi,
          functionName: 'standingOf',
          args: [BigInt(runId), node],
          blockTag: network.finality,
        }),
      );
      return standingOfNumber(standing);
    },
    readNode: () => nodeInfo(reader, node),
    readNextRound: () => nextRound(reader, runId, node),
    async readMasterOf(masterEpoch) {
      try {
        return (await masterTerm(reader, runId, masterEpoch)).master;
      } catch (error) {
        if (AppError.is(error, 'RPC_UNAVAILABLE') || !AppError.is(error)) throw error;
        return null;
      }
    },
    isValidator: (validators, who) => isValidator({ client, validatorSet: validators }, runId, who),
    readTime: async () => (await latestBlock(client)).timestamp,
    async register({ seq, capabilitiesHash, deadline, consent }) {
      if (!provider) throw new AppError('KEY_INVALID', { publicMessage: 'The provider key is not on this machine' });
      const sent = await register(
        { sender: provider, registry },
        { runId, node, capabilitiesHash, deadline: BigInt(deadline), consent },
        { key: `register:${registry}:${runId}:${node}:${seq}` },
      );
      return { txHash: sent.hash, seq: sent.seq };
    },
    async leave() {
      const { hash } = await leaveRun({ sender: provider ?? self, registry }, { runId, node });
      return { txHash: hash };
    },
  };
}
