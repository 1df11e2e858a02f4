import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '@muster/runtime/atomic-file';
import type { Hex } from 'viem';

export interface EncryptionKey {
  publicKey: Hex;
  /** 32 bytes. */
  privateKey: Uint8Array;
}

/** The X25519 key that the node announces, to which others may seal what only it shall read. Made once, kept with mode 0600. */
export async function loadEncryptionKey(file: string): Promise<EncryptionKey> {
  const pem = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  const { x = '', d = '' } = createPrivateKey(pem ?? (await create(file))).export({ format: 'jwk' });
  return {
    publicKey: `0x${Buffer.from(x, 'base64url').toString('hex')}`,
    privateKey: new Uint8Array(Buffer.from(d, 'base64url')),
  };
}

async function create(file: string): Promise<string> {
  const pem = generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeFileAtomic(file, pem, { mode: 0o600 });
  return pem;
}
