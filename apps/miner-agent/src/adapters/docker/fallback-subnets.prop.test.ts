import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fallbackSubnets } from './fallback-subnets.ts';

it('stays in the range that is set aside, on borders of sixteen', () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      for (const subnet of fallbackSubnets(name)) {
        const [, second, third, fourth] = /^198\.(\d+)\.(\d+)\.(\d+)\/28$/.exec(subnet)?.map(Number) ?? [];
        expect(second === 18 || second === 19).toBe(true);
        expect(third).toBeLessThan(256);
        expect((fourth ?? 1) % 16).toBe(0);
      }
    }),
  );
  expect(new Set(fallbackSubnets('a')).size).toBeGreaterThan(10);
});
