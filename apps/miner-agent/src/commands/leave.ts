import { isLive } from '@muster/domain/registry/standing';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Config } from '../config.ts';
import { print } from './print.ts';
import { openSurroundings } from './surroundings.ts';

/** One transaction, by the provider's key if it is here, else by the node's own. The running agent sees it on chain. */
export async function leaveCommand(config: Config): Promise<void> {
  const { chain, runId, keys } = await openSurroundings(config);
  const registration = await chain.readRegistration();
  if (!registration || !isLive(registration.standing)) {
    throw new AppError('NOT_REGISTERED', {
      publicMessage: `Node ${keys.signer.address} has no live registration in run ${runId} (${registration?.standing ?? 'None'})`,
    });
  }
  const { txHash } = await chain.leave();
  print(`Node ${keys.signer.address} has left run ${runId} (transaction ${txHash}).`);
}
