import { AppError } from '@muster/protocol/errors/app-error';
import type { Address } from 'viem';
import { z } from 'zod';
import { addressSchema } from '@muster/protocol/primitives';
import anvil from './addresses/31337.json' with { type: 'json' };
import arbitrumOne from './addresses/42161.json' with { type: 'json' };
import arbitrumSepolia from './addresses/421614.json' with { type: 'json' };
import { networkOf } from './networks.ts';

/** Where Muster lives on one chain. No log of the registry is older than `deploymentBlock`. */
export interface Addresses {
  registry: Address;
  validatorSet: Address;
  deploymentBlock: number;
}

const deployedSchema = z.object({ registry: addressSchema, validatorSet: addressSchema, deploymentBlock: z.int().nonnegative() });

/** A page of the book; its addresses are null until the contracts are deployed. */
export const bookPageSchema = z.union([
  deployedSchema.extend({ chainId: z.int() }),
  z.object({ chainId: z.int(), registry: z.null(), validatorSet: z.null(), deploymentBlock: z.null() }),
]);

const BOOK = new Map([anvil, arbitrumSepolia, arbitrumOne].map((page) => [page.chainId, bookPageSchema.parse(page)]));

/** The committed addresses of a chain, or undefined where Muster is not deployed. */
export function addressesOf(chainId: number): Addresses | undefined {
  const page = BOOK.get(chainId);
  if (!page || page.registry === null) return undefined;
  const { registry, validatorSet, deploymentBlock } = page;
  return { registry, validatorSet, deploymentBlock };
}

export interface AddressOverrides {
  registry?: Address | undefined;
  validatorSet?: Address | undefined;
  deploymentBlock?: number | undefined;
}

/** The book's addresses with a configuration's on top. Throws WRONG_CHAIN or WRONG_REGISTRY when something is missing. */
export function resolveAddresses(chainId: number, overrides: AddressOverrides = {}): Addresses {
  const { name, isDev } = networkOf(chainId);
  const book = addressesOf(chainId);
  const registry = overrides.registry ?? book?.registry;
  const validatorSet = overrides.validatorSet ?? book?.validatorSet;
  // Another registry than the book's has another history: reading from its block on could miss some.
  const deploymentBlock = overrides.deploymentBlock ?? (registry === book?.registry ? book?.deploymentBlock : undefined);
  if (registry && validatorSet && deploymentBlock !== undefined) return { registry, validatorSet, deploymentBlock };
  const missing = [
    ...(registry ? [] : ['MUSTER_REGISTRY']),
    ...(validatorSet ? [] : ['MUSTER_VALIDATOR_SET']),
    ...(deploymentBlock === undefined ? ['MUSTER_DEPLOYMENT_BLOCK'] : []),
  ];
  throw new AppError('WRONG_REGISTRY', {
    publicMessage: book ? `The address of another registry on ${name} needs more to go with it.` : `Muster is not deployed on ${name} yet.`,
    hint: `Set ${missing.join(', ')}${isDev || book ? '' : ', or deploy the contracts (packages/chain/README.md) and commit the address book'}.`,
    data: { chainId, missing },
  });
}
