import { getRegistration } from '@muster/chain/actions/get-registration';
import { getRun } from '@muster/chain/actions/get-run';
import { isValidator } from '@muster/chain/actions/is-validator';
import { isLive } from '@muster/domain/registry/standing';
import { AppError } from '@muster/protocol/errors/app-error';
import type { EndpointQuery } from '@muster/protocol/messages/endpoint-query';
import type { Deps } from '../../app/deps.ts';

type NodeKey = Pick<EndpointQuery, 'runId' | 'node'>;
type Asker = NodeKey & Pick<EndpointQuery, 'sender' | 'role'>;

/** The node's registration, by the chain itself. Throws NOT_REGISTERED unless it is live. */
export async function requireRegistered({ chain, settings }: Deps, { runId, node }: NodeKey) {
  const registration = await getRegistration({ client: chain, registry: settings.registry }, runId, node);
  if (registration === null || !isLive(registration.standing))
    throw new AppError('NOT_REGISTERED', { data: { standing: registration?.standing ?? 'None' } });
  return registration;
}

/** Whether the chain gives the asker the role that it claims; throws NOT_RUN_MASTER or NOT_A_VALIDATOR. Then as requireRegistered. */
export async function requireAsker(deps: Deps, { runId, node, sender, role }: Asker) {
  const { chain, settings } = deps;
  const registered = requireRegistered(deps, { runId, node });
  // Seen to below; a refusal of the asker comes first.
  registered.catch(() => undefined);
  const run = await getRun({ client: chain, registry: settings.registry }, runId);
  if (role === 'master') {
    if (run.master !== sender) throw new AppError('NOT_RUN_MASTER', { data: { master: run.master } });
  } else if (!(await isValidator({ client: chain, validatorSet: run.validators }, runId, sender))) throw new AppError('NOT_A_VALIDATOR');
  return registered;
}
