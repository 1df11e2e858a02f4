import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BYTES, isMeasureDue, isNearReserve, judgeDisk, type DiskAccount, type DiskLook } from './disk-budget.ts';

const MiB = 1024 * 1024;
const bytes = fc.integer({ min: 0, max: 1000 }).map((count) => count * MiB);
const accounts = fc.uniqueArray(fc.record({ allocationId: fc.uuid(), limit: bytes.map((most) => most + MiB), used: bytes }), {
  maxLength: 6,
  selector: ({ allocationId }) => allocationId,
});
const look = (change: Partial<DiskLook>): DiskLook => ({
  free: 10_000 * MiB,
  previousFree: 10_000 * MiB,
  measuredFree: 10_000 * MiB,
  sinceMeasureMs: 0,
  reserve: 2_000 * MiB,
  ...change,
});

describe('disk accounts', () => {
  it('are measured before anybody can have gone over its limit by more than a step', () => {
    fc.assert(
      fc.property(accounts, fc.array(bytes, { minLength: 6, maxLength: 6 }), (measured, written) => {
        const within = measured.filter(({ used, limit }) => used <= limit);
        const now: DiskAccount[] = within.map((account, index) => ({ ...account, used: account.used + (written[index] ?? 0) }));
        const taken = within.reduce((sum, _, index) => sum + (written[index] ?? 0), 0);
        const free = 10_000 * MiB - taken;
        const someoneIsOver = now.some(({ used, limit }) => used >= limit + 16 * MiB);
        if (someoneIsOver) expect(isMeasureDue(within, look({ free, previousFree: free }), BYTES)).toBe(true);
      }),
    );
  });

  it('stop exactly those over their limit; without any, and away from the reserve, nobody', () => {
    fc.assert(
      fc.property(accounts, (measured) => {
        const over = measured.filter(({ used, limit }) => used > limit);
        expect(judgeDisk(measured, look({}), BYTES)).toEqual(
          over.map(({ allocationId }) => ({ allocationId, code: 'DISK_LIMIT_EXCEEDED' })),
        );
      }),
    );
  });

  it('stop one at a time when the reserve is touched: the one that has written most', () => {
    fc.assert(
      fc.property(accounts, (measured) => {
        const within = measured.filter(({ used, limit }) => used <= limit);
        const verdicts = judgeDisk(within, look({ free: 1_000 * MiB, previousFree: 1_000 * MiB }), BYTES);
        const most = Math.max(0, ...within.map(({ used }) => used));
        expect(verdicts.length).toBe(most >= 16 * MiB ? 1 : 0);
        for (const { allocationId, code } of verdicts) {
          expect(code).toBe('DISK_RESERVE_REACHED');
          expect(within.find((account) => account.allocationId === allocationId)?.used).toBe(most);
        }
      }),
    );
  });

  it('look ahead at the speed of now', () => {
    expect(isNearReserve(look({ free: 4_000 * MiB, previousFree: 4_000 * MiB }))).toBe(false);
    expect(isNearReserve(look({ free: 4_000 * MiB, previousFree: 4_600 * MiB }))).toBe(true);
    expect(isMeasureDue([], look({ free: 0 }), BYTES)).toBe(false);
    expect(isMeasureDue([{ allocationId: 'a', limit: MiB, used: 0 }], look({ sinceMeasureMs: 60_000 }), BYTES)).toBe(true);
  });
});
