import { AppError } from '@muster/protocol/errors/app-error';
import type { Address } from 'viem';
import { buyerRule } from './judge.ts';
import type { Policy } from './policy.ts';

/** Before gas is spent on a run whose every order would be refused. Throws POLICY_REFUSED. */
export function requireWelcomeBuyer(policy: Policy, { runId, owner }: { runId: string; owner: Address }): void {
  const rule = buyerRule(policy, { buyer: owner });
  if (rule === null) return;
  throw new AppError('POLICY_REFUSED', {
    publicMessage: `The owner of this node ${rule}, who owns run ${runId}`,
    hint: 'Serve another run, or change buyers in the policy file.',
  });
}
