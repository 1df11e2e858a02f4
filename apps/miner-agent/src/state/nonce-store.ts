import type { NonceStore } from '@muster/protocol/messages/nonce-guard';
import { timestampMsSchema } from '@muster/protocol/primitives';
import { z } from 'zod';
import { openJsonStore } from './json-store.ts';

/**
 * Nonces that were seen, on disk, so that a restart opens no replay gap. Only validators and masters of the run get as far as
 * having one remembered, so the file stays small; the expired go with the next write.
 */
export async function openNonceStore(path: string, now: () => number): Promise<NonceStore> {
  const store = await openJsonStore(path, z.record(z.string(), timestampMsSchema), {});
  return {
    async remember(signer, nonce, expiresAt) {
      const key = `${signer}:${nonce}`;
      let isNew = false;
      await store.update((seen) => {
        isNew = seen[key] === undefined;
        if (!isNew) return seen;
        const current = Object.entries(seen).filter(([, until]) => until > now());
        return { ...Object.fromEntries(current), [key]: expiresAt };
      });
      return isNew;
    },
  };
}
