import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile, writeFileAtomic } from '@muster/runtime/atomic-file';

const storedSchema = z.object({ url: z.string(), address: z.string(), token: z.string(), expiresAt: z.iso.datetime() });
export type StoredToken = z.infer<typeof storedSchema>;

export interface TokenStore {
  /** Null when there is none that is still good at `nowMs`. */
  read(url: string, address: string, nowMs: number): Promise<StoredToken | null>;
  write(token: StoredToken): Promise<void>;
  forget(url: string, address: string): Promise<void>;
}

/** One file of mode 0600 per server and wallet. Where it cannot be written, the token lives as long as the command. */
export function createTokenStore(stateDir: string): TokenStore {
  const fileOf = (url: string, address: string): string =>
    join(stateDir, 'tokens', `${createHash('sha256').update(`${url}\n${address}`).digest('hex').slice(0, 32)}.json`);
  return {
    async read(url, address, nowMs) {
      // A damaged or unreadable file is no reason to fail: signing in again is cheap.
      const stored = await readJsonFile(fileOf(url, address), storedSchema).catch(() => null);
      const good = stored !== null && stored.url === url && stored.address === address && Date.parse(stored.expiresAt) > nowMs + 5_000;
      return good ? stored : null;
    },
    write: (token) => writeFileAtomic(fileOf(token.url, token.address), JSON.stringify(token)).catch(() => undefined),
    forget: (url, address) => rm(fileOf(url, address), { force: true }).catch(() => undefined),
  };
}
