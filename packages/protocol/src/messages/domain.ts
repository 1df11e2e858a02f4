import type { Address } from 'viem';

/** The EIP-712 domain of every Muster message: a signature for one chain and registry means nothing on another. */
export type MusterDomain = {
  readonly name: 'Muster';
  readonly version: '1';
  readonly chainId: number;
  readonly verifyingContract: Address;
};

export function musterDomain({ chainId, registry }: { chainId: number; registry: Address }): MusterDomain {
  return { name: 'Muster', version: '1', chainId, verifyingContract: registry };
}
