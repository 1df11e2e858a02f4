import { randomBytes } from 'node:crypto';

/** Chance as an argument. A node that could foresee it could fool the checks, so the default is the system's. */
export interface Random {
  bytes(length: number): Uint8Array;
  /** Uniform unsigned 32 bits. */
  u32(): number;
}

export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
  u32: () => randomBytes(4).readUInt32LE(),
};
