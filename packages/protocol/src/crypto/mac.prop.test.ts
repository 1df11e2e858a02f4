import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { frameSchema, type Frame, type FrameDirection } from '../messages/frame.ts';
import { openFrame, sealFrame } from './mac.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const sealed = fc.record({
  key,
  direction: fc.constantFrom<FrameDirection>('n2m', 'm2n'),
  sessionId: fc.uuid({ version: 4 }),
  counter: fc.maxSafeNat(),
  path: fc.stringMatching(/^[a-z]{1,12}$/),
  body: fc.jsonValue(),
});
type Sealed = typeof sealed extends fc.Arbitrary<infer T> ? T : never;

const open = (options: Sealed, frame: Frame, change: Partial<Sealed> = {}) =>
  openFrame({ key: options.key, direction: options.direction, path: options.path, ...change, frame, schema: z.unknown() });

describe('frames', () => {
  it('open to the body that was sealed, also after a trip through JSON', () => {
    fc.assert(
      fc.property(sealed, (options) => {
        const frame = frameSchema.parse(JSON.parse(JSON.stringify(sealFrame(options))));
        expect(open(options, frame)).toEqual({ ok: true, value: JSON.parse(JSON.stringify(options.body)) });
      }),
    );
  });

  it('do not open with any part of another frame', () => {
    fc.assert(
      fc.property(sealed, sealed, fc.constantFrom('sessionId', 'counter', 'path', 'body', 'mac'), (options, other, part) => {
        const frame = sealFrame(options);
        const foreign = sealFrame(other);
        fc.pre(frame[part] !== foreign[part]);
        expect(open(options, { ...frame, [part]: foreign[part] })).toMatchObject({ ok: false, error: { code: 'MAC_INVALID' } });
      }),
    );
  });

  it('do not open with another key, for another procedure or in the other direction', () => {
    fc.assert(
      fc.property(sealed, key, (options, otherKey) => {
        const frame = sealFrame(options);
        const refusal = { ok: false, error: { code: 'MAC_INVALID' } };
        fc.pre(Buffer.compare(options.key, otherKey) !== 0);
        expect(open(options, frame, { key: otherKey })).toMatchObject(refusal);
        expect(open(options, frame, { path: `${options.path}x` })).toMatchObject(refusal);
        expect(open(options, frame, { direction: options.direction === 'n2m' ? 'm2n' : 'n2m' })).toMatchObject(refusal);
      }),
    );
  });

  it('do not open when a character moves from one part to the next', () => {
    fc.assert(
      fc.property(sealed, (options) => {
        const frame = sealFrame(options);
        const shifted = { ...frame, path: frame.path.slice(0, -1), body: `${frame.path.slice(-1)}${frame.body}` };
        expect(open(options, shifted, { path: shifted.path })).toMatchObject({ ok: false, error: { code: 'MAC_INVALID' } });
      }),
    );
  });
});
