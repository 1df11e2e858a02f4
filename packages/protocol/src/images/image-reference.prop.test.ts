import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { unwrap } from '../errors/result.ts';
import { matchesPrefix, parseImagePrefix } from './image-prefix.ts';
import { familiarImageName, formatImageReference, parseImageReference, type ImageReference } from './image-reference.ts';

const component = fc.stringMatching(/^[a-z0-9]{1,8}(?:(?:\.|_|__|-{1,3})[a-z0-9]{1,8}){0,2}$/);
const host = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?\.[a-z]{2,5}$/);
const domain = fc.oneof(
  host.filter((name) => name !== 'docker.io' && name !== 'index.docker.io'),
  fc.tuple(host, fc.integer({ min: 444, max: 65_535 })).map(([name, port]) => `${name}:${port}`),
  fc.constantFrom('docker.io', 'localhost', 'localhost:5000', '127.0.0.1:5000'),
);
const digest = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`);
const references: fc.Arbitrary<ImageReference> = fc
  .record({
    domain,
    path: fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
    tag: fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/)),
    digest: fc.option(digest),
  })
  .map((reference) => ({
    ...reference,
    path: reference.domain === 'docker.io' && !reference.path.includes('/') ? `library/${reference.path}` : reference.path,
  }));

describe('image references', () => {
  it('are read back from their canonical and from their familiar form', () => {
    fc.assert(
      fc.property(references, (reference) => {
        expect(unwrap(parseImageReference(formatImageReference(reference)))).toEqual(reference);
        expect(unwrap(parseImageReference(familiarImageName(reference)))).toEqual(reference);
      }),
    );
  });

  it('are read or refused, never thrown over, and the error points into the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-zA-Z0-9._/:@[\]-]{0,80}$/)), (text) => {
        const parsed = parseImageReference(text);
        if (parsed.ok) {
          const canonical = formatImageReference(parsed.value);
          expect(formatImageReference(unwrap(parseImageReference(canonical)))).toBe(canonical);
          return;
        }
        const { start, end } = parsed.error.at;
        expect(start >= 0 && start <= end && end <= text.length).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('are covered by their registry and by every branch above them, and by nothing longer', () => {
    fc.assert(
      fc.property(references, (reference) => {
        const parts = reference.path.split('/');
        for (let depth = 0; depth < parts.length; depth += 1) {
          const branch = unwrap(parseImagePrefix(`${[reference.domain, ...parts.slice(0, depth)].join('/')}/`));
          expect(matchesPrefix(reference, branch)).toBe(true);
        }
        const below = unwrap(parseImagePrefix(`${reference.domain}/${reference.path}/more/`));
        expect(matchesPrefix(reference, below)).toBe(false);
      }),
    );
  });
});
