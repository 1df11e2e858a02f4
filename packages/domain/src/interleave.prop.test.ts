import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interleave } from './interleave.ts';

const items = fc.array(fc.record({ group: fc.constantFrom('a', 'b', 'c', 'd'), id: fc.nat() }));
const groupOf = ({ group }: { group: string }) => group;

describe('interleave', () => {
  it('leaves out and doubles nothing, and keeps the order within a group', () => {
    fc.assert(
      fc.property(items, (all) => {
        const mixed = interleave(all, groupOf);
        expect(mixed).toHaveLength(all.length);
        for (const group of ['a', 'b', 'c', 'd'])
          expect(mixed.filter((one) => one.group === group)).toEqual(all.filter((one) => one.group === group));
      }),
    );
  });

  it('gives every group its turn before any group has another', () => {
    fc.assert(
      fc.property(items, (all) => {
        const groups = new Set(all.map(groupOf));
        expect(new Set(interleave(all, groupOf).slice(0, groups.size).map(groupOf))).toEqual(groups);
      }),
    );
  });
});
