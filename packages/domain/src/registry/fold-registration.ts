import type { EventOf, RegistryEvent } from './events.ts';
import type { RegistrationState } from './state.ts';

/** A node's registration after one event that names the node. Throws RangeError when it was never registered. */
export function applyToRegistration(before: RegistrationState | undefined, event: RegistryEvent): RegistrationState | undefined {
  if (event.name === 'Registered') return register(before, event);
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

function register(before: RegistrationState | undefined, { args, position }: EventOf<'Registered'>): RegistrationState {
  return {
    ...args,
    approvals: 0,
    rejections: 0,
    standing: 'Pending',
    banned: before?.banned ?? false,
    registeredAt: position.blockTime,
    roundOpenedAt: position.blockTime,
    approvedAt: null,
    endedAt: null,
    registeredTx: position.txHash,
    registeredBlock: position.blockNumber,
    endedReason: null,
  };
}

/** A verdict for a later round opens it: its tally starts at nothing. */
function countVerdict(before: RegistrationState, { args, position }: EventOf<'VerdictSubmitted'>): RegistrationState {
  const opens = args.round !== before.round;
  const tally = opens ? { approvals: 0, rejections: 0 } : before;
  return {
    ...before,
    round: args.round,
    roundOpenedAt: opens ? position.blockTime : before.roundOpenedAt,
    approvals: tally.approvals + (args.approve ? 1 : 0),
    rejections: tally.rejections + (args.approve ? 0 : 1),
  };
}

function settleRound(before: RegistrationState, { args, position }: EventOf<'RoundSettled'>): RegistrationState {
  const approvedNow = args.standing === 'Approved' && before.standing !== 'Approved';
  return { ...before, standing: args.standing, approvedAt: approvedNow ? position.blockTime : before.approvedAt };
}

function end(before: RegistrationState, { args, position }: EventOf<'Ended'>): RegistrationState {
  return { ...before, standing: args.standing, banned: args.banned, endedAt: position.blockTime, endedReason: args.reason };
}
