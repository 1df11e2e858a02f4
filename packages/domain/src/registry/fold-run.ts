import type { EventOf, RegistryEvent } from './events.ts';
import type { RunState } from './state.ts';

const ZERO_ADDRESS = '0x0000000000000000000000000000000000000000';
/** The first master's term. */
const FIRST_EPOCH = 1;

/** One run after one of its events. Throws RangeError when the run was never created. */
export function applyToRun(run: RunState | undefined, event: RegistryEvent): RunState {
  if (event.name === 'RunCreated') return createRun(event);
  if (!run) throw new RangeError(`${event.name} for run ${event.args.runId}, which was never created.`);
  switch (event.name) {
    case 'RunOwnershipOffered':
      return { ...run, pendingOwner: event.args.pendingOwner === ZERO_ADDRESS ? null : event.args.pendingOwner };
    case 'RunOwnerChanged':
      return { ...run, owner: event.args.owner, pendingOwner: null };
    case 'MasterChanged':
      return { ...run, master: event.args.master, masterEpoch: event.args.masterEpoch };
    case 'DiscoveryUriChanged':
      return { ...run, discoveryUri: event.args.discoveryUri };
    case 'GateChanged':
      return { ...run, gate: event.args.gate };
    case 'RunClosed':
      return { ...run, closedAt: event.position.blockTime, closedTx: event.position.txHash };
    default:
      return run;
  }
}

function createRun({ args: { runId, owner, spec }, position }: EventOf<'RunCreated'>): RunState {
  const opened = { masterEpoch: FIRST_EPOCH, createdAt: position.blockTime, createdTx: position.txHash };
  return { runId, owner, pendingOwner: null, ...spec, ...opened, closedAt: null, closedTx: null };
}
