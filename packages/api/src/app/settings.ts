import { MISSED_BEFORE_LOST } from '@muster/domain/node-liveness';
import type { Settings } from './deps.ts';

export type SettingsInput = Omit<Settings, 'lostAfterMs' | 'discoveryUri' | 'masterUrl'>;

/** What follows from an operator's choices. */
export function createSettings(input: SettingsInput): Settings {
  const publicUrl = input.publicUrl.replace(/\/+$/, '');
  return {
    ...input,
    publicUrl,
    discoveryUri: `${publicUrl}/discovery`,
    masterUrl: `${publicUrl}/master`,
    lostAfterMs: MISSED_BEFORE_LOST * input.heartbeatMs,
  };
}
