import { AppError } from '@muster/protocol/errors/app-error';
import type { RunChain } from '../ports/run-chain.ts';
import type { Tally } from './tally.ts';

/** The same chain; every reading that failed is counted by its code. */
export function countRpcFailures(chain: RunChain, tally: Tally): RunChain {
  const note = (error: unknown): never => {
    tally.add('rpc_failures', { code: AppError.is(error) ? error.code : 'INTERNAL' });
    throw error;
  };
  return {
    readRun: () => chain.readRun().catch(note),
    readRegistration: () => chain.readRegistration().catch(note),
    readFinalStanding: () => chain.readFinalStanding().catch(note),
    readNode: () => chain.readNode().catch(note),
    readNextRound: () => chain.readNextRound().catch(note),
    readMasterOf: (masterEpoch) => chain.readMasterOf(masterEpoch).catch(note),
    isValidator: (validators, who) => chain.isValidator(validators, who).catch(note),
    readTime: () => chain.readTime().catch(note),
    register: (input) => chain.register(input).catch(note),
    leave: () => chain.leave().catch(note),
  };
}
