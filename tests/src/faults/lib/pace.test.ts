import { expect, it } from 'vitest';
import { paceOf } from './pace.ts';

it('leaves a lease of which an agent can begin anew within three beats, however slow the machine is', () => {
  for (const beginningMs of [100, 3_000, 9_000, 20_000]) {
    const { heartbeatMs, lostAfterMs } = paceOf(beginningMs);
    expect(lostAfterMs - heartbeatMs).toBeGreaterThanOrEqual(3 * beginningMs);
  }
});

it('is that of a quick machine where nothing takes long, and lets what goes on meanwhile go on for longer where it does', () => {
  expect(paceOf(100)).toMatchObject({ heartbeatMs: 5_000, lostAfterMs: 20_000, orphanGraceMs: 15_000 });
  expect([paceOf(100), paceOf(10_000)].map(({ during }) => during(120))).toEqual([120, 240]);
});
