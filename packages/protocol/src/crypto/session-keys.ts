import { createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, type KeyObject } from 'node:crypto';
import type { Hex } from 'viem';

import { fromHex, toHex } from '../bytes.ts';
import { AppError } from '../errors/app-error.ts';

/** One side's half of the key agreement. The private half is a KeyObject: it cannot be logged by accident. */
export type Ephemeral = { readonly publicKey: Hex; readonly privateKey: KeyObject };

/** One MAC key (32 bytes) per direction; never sent. */
export type SessionKeys = { readonly nodeToMaster: Uint8Array; readonly masterToNode: Uint8Array };

export type SessionKeyInput = {
  privateKey: KeyObject;
  peerPublicKey: Hex;
  inviteDigest: Hex;
  sessionId: string;
  generation: number;
};

/** A fresh X25519 key pair, for one session. */
export function createEphemeral(): Ephemeral {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return { publicKey: rawPublicKey(publicKey), privateKey };
}

/**
 * Both sides get the same two keys (X25519, then HKDF-SHA256 salted with the invite's digest). The info binds both public keys,
 * the session and its generation. Throws BAD_INPUT for a peer key of low order.
 */
export function deriveSessionKeys(input: SessionKeyInput): SessionKeys {
  const shared = agree(input.privateKey, input.peerPublicKey);
  const own = rawPublicKey(createPublicKey(input.privateKey));
  const publicKeys = [own, input.peerPublicKey.toLowerCase()].toSorted().join('|');
  const transcript = `${input.sessionId}|${input.generation}|${publicKeys}`;
  const derive = (direction: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', shared, fromHex(input.inviteDigest), `muster/1/${direction}|${transcript}`, 32));
  return { nodeToMaster: derive('n2m'), masterToNode: derive('m2n') };
}

function agree(privateKey: KeyObject, peerPublicKey: Hex): Buffer {
  try {
    const x = Buffer.from(fromHex(peerPublicKey)).toString('base64url');
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
    return diffieHellman({ privateKey, publicKey });
  } catch (cause) {
    // OpenSSL refuses points of low order, with which anybody could know the shared secret.
    throw new AppError('BAD_INPUT', { publicMessage: 'The ephemeral key is not a usable X25519 key.', cause });
  }
}

function rawPublicKey(key: KeyObject): Hex {
  const { x } = key.export({ format: 'jwk' });
  if (x === undefined) throw new TypeError('expected an X25519 key');
  return toHex(Buffer.from(x, 'base64url'));
}
