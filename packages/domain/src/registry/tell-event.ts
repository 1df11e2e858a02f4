import type { RegistryEvent } from './events.ts';

/** A registry event in the words of a timeline: who did what to whom, and why. */
export interface ToldEvent {
  /** An address, or `chain` where the event does not say. */
  actor: string;
  /** `run 5` or `node 0x…`. */
  subject: string;
  to: string;
  reason: string | null;
}

const ZERO_ADDRESS = '0x0000000000000000000000000000000000000000';

export function tellEvent(event: RegistryEvent): ToldEvent {
  const subject = 'node' in event.args ? `node ${event.args.node}` : `run ${event.args.runId}`;
  return { subject, ...tell(event) };
}

/** Words of the event's own name: a buyer looks for them next to a transaction. */
function tell(event: RegistryEvent): Omit<ToldEvent, 'subject'> {
  switch (event.name) {
    case 'RunCreated':
      return { actor: event.args.owner, to: 'Run created', reason: `master ${event.args.spec.master}, quorum ${event.args.spec.quorum}` };
    case 'RunOwnershipOffered':
      return event.args.pendingOwner === ZERO_ADDRESS
        ? { actor: event.args.owner, to: 'Ownership offer withdrawn', reason: null }
        : { actor: event.args.owner, to: 'Ownership offered', reason: `to ${event.args.pendingOwner}` };
    case 'RunOwnerChanged':
      return { actor: event.args.owner, to: 'Owner changed', reason: `from ${event.args.previousOwner} to ${event.args.owner}` };
    case 'MasterChanged':
      return { actor: 'chain', to: 'Master changed', reason: `to ${event.args.master}, term ${event.args.masterEpoch}` };
    case 'DiscoveryUriChanged':
      return { actor: 'chain', to: 'Discovery changed', reason: `to ${event.args.discoveryUri}` };
    case 'GateChanged':
      return event.args.gate === ZERO_ADDRESS
        ? { actor: 'chain', to: 'Gate removed', reason: null }
        : { actor: 'chain', to: 'Gate changed', reason: `to ${event.args.gate}` };
    case 'RunClosed':
      return { actor: event.args.owner, to: 'Run closed', reason: null };
    case 'Registered':
      return { actor: event.args.provider, to: 'Registered on chain', reason: `registration ${event.args.seq}` };
    case 'VerdictSubmitted': {
      const { validator, approve, round, approvals, rejections } = event.args;
      const tally = `round ${round}: ${approvals} for, ${rejections} against`;
      return { actor: validator, to: approve ? 'Approving verdict' : 'Rejecting verdict', reason: tally };
    }
    case 'RoundSettled':
      return { actor: 'chain', to: `${event.args.standing} on chain`, reason: `round ${event.args.round} is settled` };
    case 'Ended': {
      const { actor, standing, banned, reason } = event.args;
      return {
        actor,
        to: `${standing} on chain`,
        reason: [reason, banned ? 'banned' : ''].filter((part) => part !== '').join(', ') || null,
      };
    }
    case 'Unbanned':
      return { actor: 'chain', to: 'Ban lifted', reason: null };
  }
}
