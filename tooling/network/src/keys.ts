import { join } from 'node:path';
import type { Address } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { loadKey } from '@muster/runtime/key-file';

export interface KeyFile {
  file: string;
  address: Address;
}

const roles = ['master', 'validator', 'provider', 'node'] as const;
export type Role = (typeof roles)[number];

/** One key file per role under the data directory, made on first use with mode 0600. */
export async function loadNetworkKeys(dataDir: string): Promise<Record<Role, KeyFile>> {
  const load = async (role: Role): Promise<[Role, KeyFile]> => {
    const file = join(dataDir, 'keys', `${role}.key`);
    const { privateKey } = await loadKey({ name: `${role} key`, file, createIfMissing: true });
    return [role, { file, address: privateKeyToAddress(privateKey) }];
  };
  return Object.fromEntries(await Promise.all(roles.map(load))) as Record<Role, KeyFile>;
}
