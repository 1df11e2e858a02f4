import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMeasureDue, isNearReserve, judgeDisk, type DiskAccount, type DiskLook } from './disk-budget.ts';

const MiB = 1024 * 1024;
const bytes = fc.integer({ min: 0, max: 1000 }).map((count) => count * MiB);
const accounts = fc.uniqueArray(fc.record({ allocationId: fc.uuid(), limitBytes: bytes.map((limit) => limit + MiB), usedBytes: bytes }), {
  maxLength: 6,
  selector: ({ allocationId }) => allocationId,
});
const look = (change: Partial<DiskLook>): DiskLook => ({
  freeBytes: 10_000 * MiB,
  previousFreeBytes: 10_000 * MiB,
  measuredFreeBytes: 10_000 * MiB,
  sinceMeasureMs: 0,
  reserveBytes: 2_000 * MiB,
  ...change,
});

describe('disk accounts', () => {
  it('are measured before anybody can have gone over its limit by more than a step', () => {
    fc.assert(
      fc.property(accounts, fc.array(bytes, { minLength: 6, maxLength: 6 }), (measured, written) => {
        const within = measured.filter(({ usedBytes, limitBytes }) => usedBytes <= limitBytes);
        const now: DiskAccount[] = within.map((account, index) => ({ ...account, usedBytes: account.usedBytes + (written[index] ?? 0) }));
        const taken = within.reduce((sum, _, index) => sum + (written[index] ?? 0), 0);
        const freeBytes = 10_000 * MiB - taken;
        const someoneIsOver = now.some(({ usedBytes, limitBytes }) => usedBytes >= limitBytes + 16 * MiB);
        if (someoneIsOver) expect(isMeasureDue(within, look({ freeBytes, previousFreeBytes: freeBytes }))).toBe(true);
      }),
    );
  });

  it('stop exactly those over their limit; without any, and away from the reserve, nobody', () => {
    fc.assert(
      fc.property(accounts, (measured) => {
        const over = measured.filter(({ usedBytes, limitBytes }) => usedBytes > limitBytes);
        expect(judgeDisk(measured, look({}))).toEqual(over.map(({ allocationId }) => ({ allocationId, code: 'DISK_LIMIT_EXCEEDED' })));
      }),
    );
  });

  it('stop one at a time when the reserve is touched: the one that has written most', () => {
    fc.assert(
      fc.property(accounts, (measured) => {
        const within = measured.filter(({ usedBytes, limitBytes }) => usedBytes <= limitBytes);
        const verdicts = judgeDisk(within, look({ freeBytes: 1_000 * MiB, previousFreeBytes: 1_000 * MiB }));
        const most = Math.max(0, ...within.map(({ usedBytes }) => usedBytes));
        expect(verdicts.length).toBe(most >= 16 * MiB ? 1 : 0);
        for (const { allocationId, code } of verdicts) {
          expect(code).toBe('DISK_RESERVE_REACHED');
          expect(within.find((account) => account.allocationId === allocationId)?.usedBytes).toBe(most);
        }
      }),
    );
  });

  it('look ahead at the speed of now', () => {
    expect(isNearReserve(look({ freeBytes: 4_000 * MiB, previousFreeBytes: 4_000 * MiB }))).toBe(false);
    expect(isNearReserve(look({ freeBytes: 4_000 * MiB, previousFreeBytes: 4_600 * MiB }))).toBe(true);
    expect(isMeasureDue([], look({ freeBytes: 0 }))).toBe(false);
    expect(isMeasureDue([{ allocationId: 'a', limitBytes: MiB, usedBytes: 0 }], look({ sinceMeasureMs: 60_000 }))).toBe(true);
  });
});
