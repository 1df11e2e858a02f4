import type { RegistryEvent } from './events.ts';
import { applyToRegistration } from './fold-registration.ts';
import { applyToRun } from './fold-run.ts';
import { registrationKey, verdictKey, type RegistryState } from './state.ts';

/**
 * The registry after `events`, given in chain order, happened to `state`. Pure: rolling back is folding the prefix that remains.
 * Throws RangeError on an event whose subject was never created: the sequence is not a chain's.
 */
export function applyRegistryEvents(state: RegistryState, events: readonly RegistryEvent[]): RegistryState {
  const runs = new Map(state.runs);
  const registrations = new Map(state.registrations);
  const verdicts = new Map(state.verdicts);
  for (const event of events) {
    const { runId } = event.args;
    const run = applyToRun(runs.get(runId), event);
    runs.set(runId, run);
    if (!('node' in event.args)) continue;
    const key = registrationKey(event.args);
    const registration = applyToRegistration(registrations.get(key), event);
    if (registration) registrations.set(key, registration);
    if (event.name !== 'VerdictSubmitted') continue;
    verdicts.set(verdictKey(event.args), { ...event.args, txHash: event.position.txHash, at: event.position.blockTime });
  }
  return { runs, registrations, verdicts };
}

export const applyRegistryEvent = (state: RegistryState, event: RegistryEvent): RegistryState => applyRegistryEvents(state, [event]);
