import { describe, expect, it } from 'vitest';
import { createTestIo } from './testing/test-io.ts';
import { waitFor } from './wait.ts';

describe('waitFor', () => {
  it('says what was seen last when it did not come in time', async () => {
    let seen = 'nothing';
    const waiting = waitFor({
      io: { ...createTestIo().io, now: () => (seen === 'nothing' ? 0 : 2_000) },
      timeoutMs: 1_000,
      what: () => `the task to run (it is ${seen})`,
      look: async () => {
        seen = 'Pending';
        return null;
      },
    });
    await expect(waiting).rejects.toThrow('Waited 1 s for the task to run (it is Pending).');
  });
});
