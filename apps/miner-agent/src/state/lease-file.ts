import { rename, writeFile } from 'node:fs/promises';
import { readJsonFile } from '@muster/runtime/atomic-file';
import { z } from 'zod';

/** When the master was last heard, on the machine's boot clock, and how long its silence may last. */
export const leaseSchema = z.strictObject({ bootId: z.string(), contactMs: z.number(), lostAfterMs: z.int().nonnegative() });
export type Lease = z.infer<typeof leaseSchema>;

export interface LeaseFile {
  /** Null when there is none that can be read: then nobody knows, and the fence thinks the worst. */
  read(): Promise<Lease | null>;
  write(lease: Lease): Promise<void>;
}

/**
 * Replaced as a whole but not flushed: a crash of the agent does not lose it, and after a crash of the machine it is about another
 * boot and says nothing. So a beat costs no wait for the disk.
 */
export function createLeaseFile(file: string): LeaseFile {
  const temp = `${file}.tmp`;
  let last: Promise<void> = Promise.resolve();

  async function replace(lease: Lease): Promise<void> {
    await writeFile(temp, JSON.stringify(lease), { mode: 0o600 });
    await rename(temp, file);
  }

  return {
    read: () => readJsonFile(file, leaseSchema).catch(() => null),
    write(lease) {
      const turn = last.then(() => replace(lease));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
