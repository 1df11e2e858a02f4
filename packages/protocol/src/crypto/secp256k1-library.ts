/** What recover.ts and signer.ts need of a library; both implementations agree to the bit (recover.prop.test.ts). */
export type Secp256k1Library = {
  readonly name: 'native' | 'noble';
  /** The uncompressed public key (65 bytes). Throws when `signature` (64 bytes) is no signature of `digest`. */
  recover(digest: Uint8Array, signature: Uint8Array, recovery: number): Uint8Array;
  /** A deterministic (RFC 6979) low-s signature. */
  sign(digest: Uint8Array, privateKey: Uint8Array): { signature: Uint8Array; recovery: number };
  /** The uncompressed public key (65 bytes). Throws for a key out of range. */
  publicKeyOf(privateKey: Uint8Array): Uint8Array;
};
