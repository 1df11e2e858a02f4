import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import type { Hex } from 'viem';

import { fromHex, toHex, utf8 } from '../bytes.ts';
import { AppError } from '../errors/app-error.ts';
import { err, ok, type Result } from '../errors/result.ts';

const ENCAPSULATED_BYTES = 32;

export interface SealContext {
  /** What the sealed text is for, such as `registry-credentials`: one made for another purpose does not open. */
  purpose: string;
  /** What it belongs to, such as a task's id; known to both sides, not secret, and bound to it. */
  about: string;
}

/**
 * Seals `plaintext` to an X25519 public key (32 bytes, as a node announces it) by HPKE, RFC 9180 base mode: DHKEM(X25519, HKDF-SHA256),
 * HKDF-SHA256, AES-128-GCM. The answer is the encapsulated key (32 bytes) followed by the ciphertext. It says nothing about who sealed it.
 */
export async function sealTo(recipient: Hex, plaintext: Uint8Array, context: SealContext): Promise<Hex> {
  const suite = createSuite();
  const recipientPublicKey = await suite.kem.deserializePublicKey(exactly(fromHex(recipient)));
  const { ct, enc } = await suite.seal({ recipientPublicKey, info: infoOf(context) }, exactly(plaintext), aadOf(context));
  return `${toHex(new Uint8Array(enc))}${toHex(new Uint8Array(ct)).slice(2)}`;
}

/** Opens what was sealed to the key whose private half (32 bytes) this is. SEAL_INVALID for anything else. */
export async function openSealed(
  privateKey: Uint8Array,
  sealed: Hex,
  context: SealContext,
): Promise<Result<Uint8Array, AppError<'SEAL_INVALID'>>> {
  try {
    const bytes = fromHex(sealed);
    const suite = createSuite();
    const recipientKey = await suite.kem.deserializePrivateKey(exactly(privateKey));
    const enc = exactly(bytes.subarray(0, ENCAPSULATED_BYTES));
    const ciphertext = exactly(bytes.subarray(ENCAPSULATED_BYTES));
    return ok(new Uint8Array(await suite.open({ recipientKey, enc, info: infoOf(context) }, ciphertext, aadOf(context))));
  } catch (cause) {
    return err(new AppError('SEAL_INVALID', { cause }));
  }
}

/** A key pair for one answer: whoever gets the public half can seal to its maker, and to nobody else. */
export async function createSealKey(): Promise<{ publicKey: Hex; privateKey: Uint8Array }> {
  const { kem } = createSuite();
  const pair = await kem.generateKeyPair();
  const [publicKey, privateKey] = await Promise.all([kem.serializePublicKey(pair.publicKey), kem.serializePrivateKey(pair.privateKey)]);
  return { publicKey: toHex(new Uint8Array(publicKey)), privateKey: new Uint8Array(privateKey) };
}

const createSuite = () => new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() });

const infoOf = ({ purpose }: SealContext): ArrayBuffer => exactly(utf8(`muster/1/${purpose}`));
const aadOf = ({ about }: SealContext): ArrayBuffer => exactly(utf8(about));

/** The library takes whole buffers: a view's surroundings must not come along. */
const exactly = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
