import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SmallHeaders } from './small-headers.ts';

const name = fc.constantFrom('accept', 'Accept', 'X-Other', 'x-other', 'Content-Type', 'Set-Cookie', 'set-cookie', 'a b', '');
const value = fc.constantFrom('one', ' two\t', '', 'a, b', 'bad\nline', 'ünï', '\u{1f600}');
const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('append' as const, 'set' as const), name, value }),
  fc.record({ kind: fc.constantFrom('delete' as const, 'get' as const, 'has' as const), name }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What a step answers, or that it is refused. */
function take(headers: Headers | SmallHeaders, taken: Step): unknown {
  try {
    return 'value' in taken ? headers[taken.kind](taken.name, taken.value) : headers[taken.kind](taken.name);
  } catch (error) {
    return error instanceof TypeError ? 'refused' : error;
  }
}

it('does what node’s own headers do, whatever is done to them', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const [own, small] = [new Headers(), new SmallHeaders()];
      for (const taken of steps) expect(take(small, taken)).toEqual(take(own, taken));
      expect([...small]).toEqual([...own]);
      expect([...small.keys()]).toEqual([...own.keys()]);
      expect([...small.values()]).toEqual([...own.values()]);
      expect(small.getSetCookie()).toEqual(own.getSetCookie());
      expect([...new SmallHeaders(own)]).toEqual([...new Headers([...own])]);
    }),
  );
});

it('is made of pairs, of a record, or of others', () => {
  for (const init of [
    { B: '1', a: '2' },
    [
      ['B', '1'],
      ['a', '2'],
      ['A', '3'],
    ] as [string, string][],
  ]) {
    const seen: string[] = [];
    new SmallHeaders(init).forEach((one, key) => seen.push(`${key}: ${one}`));
    const expected: string[] = [];
    new Headers(init).forEach((one, key) => expected.push(`${key}: ${one}`));
    expect(seen).toEqual(expected);
  }
});
