import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '@muster/runtime/atomic-file';
import type { Hex } from 'viem';

/** The X25519 key that the node announces, to which others may seal what only it shall read. Made once, kept with mode 0600. */
export async function loadEncryptionKey(file: string): Promise<{ publicKey: Hex }> {
  const pem = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return { publicKey: publicKeyOf(pem ?? (await create(file))) };
}

async function create(file: string): Promise<string> {
  const pem = generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeFileAtomic(file, pem, { mode: 0o600 });
  return pem;
}

function publicKeyOf(pem: string): Hex {
  const { x } = createPublicKey(createPrivateKey(pem)).export({ format: 'jwk' });
  return `0x${Buffer.from(x ?? '', 'base64url').toString('hex')}`;
}
