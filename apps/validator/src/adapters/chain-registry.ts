import { getRegistration } from '@muster/chain/actions/get-registration';
import { isValidator } from '@muster/chain/actions/is-validator';
import { lastVote } from '@muster/chain/actions/last-vote';
import { nextRound } from '@muster/chain/actions/next-round';
import { submitVerdict } from '@muster/chain/actions/submit-verdict';
import type { ChainClient } from '@muster/chain/clients';
import type { TxSender } from '@muster/chain/sender/tx-sender';
import { addressSchema } from '@muster/protocol/primitives';
import type { Clock } from '@muster/runtime/clock';
import type { Address } from 'viem';
import type { Registry } from '../ports/registry.ts';
import type { Mirror } from './mirror.ts';

/** How long an answer about our role is good, in ms: an owner may change the validator set at any time. */
const ROLE_TTL_MS = 30_000;

export interface ChainRegistryOptions {
  client: ChainClient;
  registry: Address;
  sender: TxSender;
  mirror: Mirror;
  clock: Clock;
}

export function createChainRegistry({ client, registry, sender, mirror, clock }: ChainRegistryOptions): Registry {
  const reader = { client, registry };
  const me = sender.address;
  const roles = new Map<string, { holds: boolean; until: number }>();

  return {
    state: () => mirror.state(),
    async isValidator(runId) {
      const known = roles.get(runId);
      if (known && known.until > clock.now()) return known.holds;
      const run = mirror.state().runs.get(runId);
      if (!run) return false;
      const holds = await isValidator({ client, validatorSet: addressSchema.parse(run.validators) }, runId, me);
      roles.set(runId, { holds, until: clock.now() + ROLE_TTL_MS });
      return holds;
    },
    async takesVerdict({ runId, node, seq, round }) {
      const [registration, next] = await Promise.all([getRegistration(reader, runId, node), nextRound(reader, runId, node)]);
      return registration?.seq === seq && next?.round === round && next.opensAt <= clock.now();
    },
    async hasVoted({ runId, node, seq, round }) {
      const vote = await lastVote(reader, { runId, node, validator: me });
      return vote?.seq === seq && vote.round === round;
    },
    async submitVerdict(call) {
      const sent = await submitVerdict({ sender, registry }, call);
      return { txHash: sent.hash, blockNumber: sent.receipt.blockNumber };
    },
  };
}
