import { decodeEventLog, isAddressEqual, type Address } from 'viem';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { SentTransaction } from '../sender/tx-sender.ts';

/** The registry's events in a mined transaction, in order. */
export function eventsOf({ receipt }: SentTransaction, registry: Address) {
  return receipt.logs
    .filter(({ address }) => isAddressEqual(address, registry))
    .map(({ topics: [signature, ...indexed], data }) =>
      decodeEventLog({ abi: computeRegistryAbi, topics: signature ? [signature, ...indexed] : [], data }),
    );
}

export function missingEvent(name: string, { hash }: SentTransaction): Error {
  return new Error(`the transaction ${hash} was mined without ${name}`);
}
