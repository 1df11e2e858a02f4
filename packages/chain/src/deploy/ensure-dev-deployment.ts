import { AppError } from '@muster/protocol/errors/app-error';
import type { Address } from 'viem';
import { checkDeployment } from '../actions/check-deployment.ts';
import { addressesOf, type Addresses } from '../address-book.ts';
import type { ChainClient } from '../clients.ts';
import { devAccount } from '../dev/dev-accounts.ts';
import { withChainErrors } from '../errors.ts';
import { networkOf } from '../networks.ts';
import { deployContracts } from './deploy.ts';

/**
 * Puts the contracts at the committed addresses of the dev chain, unless they are there. Account 0 must not have sent
 * anything before: its nonces 0 and 1 make the addresses. Throws WRONG_CHAIN on any other chain, CONFLICT when it has.
 */
export async function ensureDevDeployment(
  client: ChainClient,
  { owner, validators }: { owner?: Address; validators: readonly Address[] },
): Promise<Addresses & { deployed: boolean }> {
  const { chainId, isDev } = networkOf(client.chain.id);
  const book = addressesOf(chainId);
  if (!isDev || !book) throw new AppError('WRONG_CHAIN', { publicMessage: 'Only a dev chain is deployed to by itself.' });
  const deployer = devAccount(0);
  const nonce = await withChainErrors(() => client.getTransactionCount({ address: deployer.address }));
  if (nonce > 0) {
    await checkDeployment({ client, registry: book.registry });
    return { ...book, deployed: false };
  }
  const made = await deployContracts({ client, account: deployer, owner: owner ?? deployer.address, validators });
  if (made.registry === book.registry && made.validatorSet === book.validatorSet) return { ...book, deployed: true };
  throw new AppError('CONFLICT', {
    publicMessage: `The contracts came to lie at ${made.registry}, not at ${book.registry}.`,
    hint: 'Another program used the first dev account meanwhile: run `npm run reset` and start again.',
  });
}
