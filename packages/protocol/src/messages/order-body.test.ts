import { describe, expect, it } from 'vitest';

import { parseTaskSpec } from '../task-spec/parse-task-spec.ts';
import { MAX_GRACE_MS, specHash } from '../task-spec/task-spec.ts';
import { unwrap } from '../errors/result.ts';
import { compareOrderVersion } from './order.ts';
import { encodeOrderBody, orderBodySchemas, parseOrderBody } from './order-body.ts';

const allocationId = 'c7a7f1f0-2f57-4c1c-9d6b-0a1b2c3d4e5f';
const spec = unwrap(parseTaskSpec('image: busybox:1.37\ncommand: [sh, -c, "echo hi"]\nresources: {memory: 64MiB}'));
const bodies = {
  start: { allocationId, epoch: 1, taskId: allocationId, specHash: specHash(spec), spec, replica: 0 },
  stop: { allocationId, epoch: 1, graceMs: 10_000, reason: 'asked' },
  restart: { allocationId, epoch: 1, graceMs: 10_000 },
  inspect: { allocationId, epoch: 1, tailLines: 100 },
  sync: { allocationId, epoch: 1, volume: 'data', snapshotId: allocationId },
  drain: { reason: 'leaving', deadlineMs: 5 },
};

describe('order bodies', () => {
  it('has one for every kind', () => {
    expect(Object.keys(bodies)).toEqual(Object.keys(orderBodySchemas));
  });

  it.each([
    ['start', encodeOrderBody('start', bodies.start), bodies.start],
    ['stop', encodeOrderBody('stop', bodies.stop), bodies.stop],
    ['restart', encodeOrderBody('restart', bodies.restart), bodies.restart],
    ['inspect', encodeOrderBody('inspect', bodies.inspect), bodies.inspect],
    ['sync', encodeOrderBody('sync', bodies.sync), bodies.sync],
    ['drain', encodeOrderBody('drain', bodies.drain), bodies.drain],
  ] as const)('%s survives encoding', (kind, encoded, body) => {
    expect(parseOrderBody({ kind, body: encoded })).toEqual({ ok: true, value: { kind, body } });
  });

  it('refuses an unknown field, and the body of another kind', () => {
    expect(parseOrderBody({ kind: 'drain', body: '{"reason":"x","deadlineMs":1,"force":true}' })).toMatchObject({
      ok: false,
      error: { code: 'UNKNOWN_FIELD' },
    });
    expect(parseOrderBody({ kind: 'stop', body: encodeOrderBody('drain', bodies.drain) }).ok).toBe(false);
  });

  it.each(['stop', 'restart'] as const)(
    'a %s grants no more grace than a task may ask for: nothing could end the container meanwhile',
    (kind) => {
      const body = (graceMs: number) => JSON.stringify({ ...bodies[kind], graceMs });
      expect(parseOrderBody({ kind, body: body(MAX_GRACE_MS) }).ok).toBe(true);
      expect(parseOrderBody({ kind, body: body(MAX_GRACE_MS + 1) })).toMatchObject({ ok: false, error: { code: 'BAD_INPUT' } });
    },
  );
});

describe('compareOrderVersion', () => {
  it('puts the term of the master before the counter', () => {
    const versions = [
      { masterEpoch: 2, counter: 1 },
      { masterEpoch: 1, counter: 9 },
      { masterEpoch: 1, counter: 3 },
    ];
    expect(versions.toSorted(compareOrderVersion)).toEqual([versions[2], versions[1], versions[0]]);
    expect(compareOrderVersion({ masterEpoch: 1, counter: 3 }, { masterEpoch: 1, counter: 3 })).toBe(0);
  });
});
