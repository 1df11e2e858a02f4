import { encodeFunctionData, type Address, type Hash, type Hex } from 'viem';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { SentTransaction } from '../sender/tx-sender.ts';
import { eventsOf, missingEvent } from './events-of.ts';
import type { RegistryWriter, SendOptions } from './registry.ts';

export interface RegisterInput {
  runId: string;
  node: Address;
  capabilitiesHash: Hash;
  /** Unix seconds, as the node signed it in its consent. */
  deadline: bigint;
  /** The node's signature over NodeConsent, which names the sender as provider. */
  consent: Hex;
}

/**
 * Registers a node for a run; the sender is its provider, for good. Throws CONSENT_INVALID, CONSENT_EXPIRED,
 * NODE_OWNED_BY_ANOTHER_PROVIDER, NODE_IN_ANOTHER_RUN, NODE_BANNED, COOLDOWN_ACTIVE, GATE_REFUSED, RUN_CLOSED, RUN_UNKNOWN.
 */
export async function register(
  { sender, registry }: RegistryWriter,
  input: RegisterInput,
  options: SendOptions = {},
): Promise<SentTransaction & { seq: number }> {
  const { runId, node, capabilitiesHash, deadline, consent } = input;
  const data = encodeFunctionData({
    abi: computeRegistryAbi,
    functionName: 'register',
    args: [BigInt(runId), node, capabilitiesHash, deadline, consent],
  });
  const sent = await sender.send({ to: registry, data, ...options });
  const registered = eventsOf(sent, registry).find((event) => event.eventName === 'Registered');
  if (!registered) throw missingEvent('Registered', sent);
  return { ...sent, seq: registered.args.seq };
}
