import { addressSchema, httpUrlSchema } from '@muster/protocol/primitives';
import type { MasterInfo } from '../trpc/outputs.ts';

export type Coordination = { master: string; validators: string; discoveryUri: string };

export const coordinationOf = (info: Pick<MasterInfo, 'address' | 'validatorSet' | 'discoveryUri'>): Coordination => ({
  master: info.address,
  validators: info.validatorSet,
  discoveryUri: info.discoveryUri,
});

const SCHEMAS = { master: addressSchema, validators: addressSchema, discoveryUri: httpUrlSchema } as const;

/** What is wrong, by field; empty when nothing is. */
export function coordinationErrors(value: Coordination): Partial<Record<keyof Coordination, string>> {
  const errors: Partial<Record<keyof Coordination, string>> = {};
  for (const name of ['master', 'validators', 'discoveryUri'] as const) {
    const result = SCHEMAS[name].safeParse(value[name]);
    if (!result.success) errors[name] = result.error.issues[0]?.message ?? 'malformed';
  }
  return errors;
}
