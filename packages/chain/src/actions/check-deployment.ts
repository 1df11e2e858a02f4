import { AppError } from '@muster/protocol/errors/app-error';
import type { Address } from 'viem';
import type { ChainClient } from '../clients.ts';
import { withChainErrors } from '../errors.ts';
import { computeRegistryAbi } from '../generated/compute-registry.ts';

/**
 * For the start of a program: the RPC answers, is on the chain we think, and has our registry at the address.
 * Throws RPC_UNAVAILABLE, WRONG_CHAIN or WRONG_REGISTRY with what was found.
 */
export async function checkDeployment({ client, registry }: { client: ChainClient; registry: Address }): Promise<void> {
  const expected = client.chain.id;
  const found = await withChainErrors(() => client.getChainId());
  if (found !== expected) {
    throw new AppError('WRONG_CHAIN', {
      publicMessage: `The RPC is on chain ${found}, not on ${expected} (${client.chain.name}).`,
      data: { expected, found },
    });
  }
  const code = await withChainErrors(() => client.getCode({ address: registry }));
  if (code === undefined) throw wrongRegistry(registry, 'There is no contract');
  try {
    const [, name] = await client.readContract({ address: registry, abi: computeRegistryAbi, functionName: 'eip712Domain' });
    if (name === 'Muster') return;
  } catch (cause) {
    const error = await withChainErrors(() => Promise.reject(cause)).catch((translated: unknown) => translated);
    if (AppError.is(error, 'RPC_UNAVAILABLE')) throw error;
  }
  throw wrongRegistry(registry, 'There is another contract');
}

function wrongRegistry(registry: Address, found: string): AppError {
  return new AppError('WRONG_REGISTRY', {
    publicMessage: `${found} at ${registry}, where the Muster registry should be.`,
    data: { registry },
  });
}
