import { MISSED_BEFORE_LOST } from '@muster/domain/node-liveness';
import type { IpRanges } from '@muster/runtime/ip-ranges';
import type { Settings } from './deps.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';

export type SettingsInput = Omit<Settings, 'lostAfterMs' | 'startWithinMs' | 'discoveryUri' | 'masterUrl' | 'limits' | 'trustedProxies'> & {
  limits?: Partial<Limits>;
  trustedProxies?: IpRanges;
  startWithinMs?: number;
};

export const DEFAULT_START_WITHIN_MS = 10 * 60_000;

const NOBODY: IpRanges = { has: () => false };

/** What follows from an operator's choices. */
export function createSettings(input: SettingsInput): Settings {
  const publicUrl = input.publicUrl.replace(/\/+$/, '');
  return {
    ...input,
    startWithinMs: input.startWithinMs ?? DEFAULT_START_WITHIN_MS,
    trustedProxies: input.trustedProxies ?? NOBODY,
    limits: { ...DEFAULT_LIMITS, ...input.limits },
    publicUrl,
    discoveryUri: `${publicUrl}/discovery`,
    masterUrl: `${publicUrl}/master`,
    lostAfterMs: MISSED_BEFORE_LOST * input.heartbeatMs,
  };
}
