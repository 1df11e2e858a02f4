import { standingOfNumber, type Standing } from '@muster/domain/registry/standing';
import type { Address, Hash } from 'viem';
import { withChainErrors } from '../errors.ts';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import { msOf, msOrNull, type RegistryReader } from './registry.ts';

export interface RegistrationOnChain {
  runId: string;
  node: Address;
  provider: Address;
  seq: number;
  round: number;
  approvals: number;
  rejections: number;
  /** As it is now: Lapsed and Closed included. */
  standing: Standing;
  banned: boolean;
  registeredAt: number;
  roundOpenedAt: number;
  approvedAt: number | null;
  endedAt: number | null;
  /** Seconds of approval that are over. */
  pastSeconds: number;
  capabilitiesHash: Hash;
}

/** The node's newest registration in the run, or null when it never registered there. Throws RUN_UNKNOWN. */
export async function getRegistration(
  { client, registry }: RegistryReader,
  runId: string,
  node: Address,
): Promise<RegistrationOnChain | null> {
  const read = () =>
    client.readContract({ address: registry, abi: computeRegistryAbi, functionName: 'getRegistration', args: [BigInt(runId), node] });
  const registration = await withChainErrors(read);
  if (registration.seq === 0) return null;
  return {
    ...registration,
    runId,
    node,
    standing: standingOfNumber(registration.standing),
    registeredAt: msOf(registration.registeredAt),
    roundOpenedAt: msOf(registration.roundOpenedAt),
    approvedAt: msOrNull(registration.approvedAt),
    endedAt: msOrNull(registration.endedAt),
  };
}
