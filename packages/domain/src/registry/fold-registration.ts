import type { EventOf, RegistryEvent } from './events.ts';
import type { RegistrationState } from './state.ts';

/** A node's registration after one event that names the node. Throws RangeError when it was never registered. */
export function applyToRegistration(before: RegistrationState | undefined, event: RegistryEvent): RegistrationState | undefined {
  if (event.name === 'Registered') return register(event);
  if (!before) throw new RangeError(`${event.name} in run ${event.args.runId} for a node that never registered.`);
  switch (event.name) {
    case 'VerdictSubmitted':
      return countVerdict(before, event);
    case 'RoundSettled':
      return settleRound(before, event);
    case 'Ended':
      return end(before, event);
    case 'Unbanned':
      return { ...before, banned: false };
    default:
      return before;
  }
}

function register({ args, position }: EventOf<'Registered'>): RegistrationState {
  return {
    ...args,
    approvals: 0,
    rejections: 0,
    standing: 'Pending',
    banned: false,
    registeredAt: position.blockTime,
    roundOpenedAt: position.blockTime,
    approvedAt: null,
    endedAt: null,
    registeredTx: position.txHash,
    registeredBlock: position.blockNumber,
    endedReason: null,
  };
}

/** A verdict for a later round opens it; the event's tallies include the verdict. */
function countVerdict(before: RegistrationState, { args, position }: EventOf<'VerdictSubmitted'>): RegistrationState {
  const { round, approvals, rejections } = args;
  const roundOpenedAt = round === before.round ? before.roundOpenedAt : position.blockTime;
  return { ...before, round, roundOpenedAt, approvals, rejections };
}

/** Rejected and Invalidated end the registration without an Ended of their own. */
function settleRound(before: RegistrationState, { args: { standing }, position }: EventOf<'RoundSettled'>): RegistrationState {
  if (standing !== 'Approved') return { ...before, standing, endedAt: position.blockTime };
  return { ...before, standing, approvedAt: before.standing === 'Approved' ? before.approvedAt : position.blockTime };
}

function end(before: RegistrationState, { args, position }: EventOf<'Ended'>): RegistrationState {
  return { ...before, standing: args.standing, banned: args.banned, endedAt: position.blockTime, endedReason: args.reason };
}
