import { AppError } from '@muster/protocol/errors/app-error';
import { err, ok } from '@muster/protocol/errors/result';
import { specHash } from '@muster/protocol/task-spec/task-spec';
import { describe, expect, it } from 'vitest';
import type { AllocationRecord } from '../reconcile/desired.ts';
import { testRecord, testSpec } from '../testing/test-record.ts';
import { applyOrder, type ApplyContext } from './apply-order.ts';

const spec = testSpec();
const { allocationId, taskId } = testRecord();
const context = (change: Partial<ApplyContext> = {}): ApplyContext => ({
  runId: '1',
  version: { masterEpoch: 1, counter: 5 },
  now: 2_000,
  draining: null,
  startedAt: null,
  admit: () => ok({ gpus: [] }),
  ...change,
});
const start = (epoch = 1, hash = specHash(spec)) => ({
  kind: 'start' as const,
  body: { allocationId, taskId, epoch, specHash: hash, spec, replica: 0 },
});
const stop = (epoch = 1) => ({ kind: 'stop' as const, body: { allocationId, epoch, graceMs: 10, reason: 'why' } });
const restart = (epoch = 1) => ({ kind: 'restart' as const, body: { allocationId, epoch, graceMs: 10 } });
const codeOf = (result: ReturnType<typeof applyOrder>) => (result.ok ? null : result.error.code);
const recordOf = (result: ReturnType<typeof applyOrder>): AllocationRecord | undefined => (result.ok ? result.value : undefined);

describe('applyOrder', () => {
  it('starts what it does not know, once', () => {
    const record = recordOf(applyOrder(undefined, start(), context()));
    expect(record).toMatchObject({ allocationId, epoch: 1, stop: null, containerId: null, outcome: null, version: { counter: 5 } });
    expect(recordOf(applyOrder(record, start(), context()))).toBeUndefined();
    expect(recordOf(applyOrder(record, start(), context({ version: { masterEpoch: 1, counter: 6 } })))).toEqual({
      ...record,
      version: { masterEpoch: 1, counter: 6 },
    });
  });

  it('begins afresh in a newer epoch and refuses an older one', () => {
    const old = testRecord({ epoch: 2, containerId: 'c', restarts: 3 });
    expect(recordOf(applyOrder(old, start(3), context()))).toMatchObject({ epoch: 3, containerId: null, restarts: 0 });
    for (const order of [start(1), stop(1), restart(1), stop(3)]) expect(codeOf(applyOrder(old, order, context()))).toBe('STALE_EPOCH');
  });

  it('lets no order that was overtaken undo a newer one', () => {
    const stopped = recordOf(applyOrder(testRecord(), stop(), context({ version: { masterEpoch: 1, counter: 9 } })));
    expect(stopped?.stop).toEqual({ graceMs: 10, reason: 'why', phase: 'Cancelled' });
    expect(recordOf(applyOrder(stopped, start(2), context({ version: { masterEpoch: 1, counter: 8 } })))).toBeUndefined();
    expect(recordOf(applyOrder(stopped, start(2), context({ version: { masterEpoch: 2, counter: 1 } })))).toMatchObject({
      epoch: 2,
      stop: null,
    });
  });

  it('restarts the incarnation that runs now, and nothing that has ended', () => {
    const restarted = recordOf(applyOrder(testRecord(), restart(), context({ startedAt: 'then' })));
    expect(restarted).toMatchObject({ restart: { graceMs: 10, insteadOf: 'then' }, restarts: 1 });
    expect(recordOf(applyOrder(testRecord(), restart(), context()))).toMatchObject({ restart: null, restarts: 0 });
    const stopping = testRecord({ stop: { graceMs: 1, reason: 'r', phase: 'Cancelled' } });
    expect(codeOf(applyOrder(stopping, restart(), context({ startedAt: 'then' })))).toBe('TASK_ENDED');
  });

  it('asks the gatekeeper about new work alone, and keeps what it grants', () => {
    const refusing = context({ admit: () => err(new AppError('POLICY_REFUSED')) });
    expect(codeOf(applyOrder(undefined, start(), refusing))).toBe('POLICY_REFUSED');
    expect(codeOf(applyOrder(testRecord(), start(2), refusing))).toBe('POLICY_REFUSED');
    expect(recordOf(applyOrder(testRecord(), start(1), refusing))).toMatchObject({ epoch: 1, version: { counter: 5 } });
    expect(recordOf(applyOrder(testRecord(), stop(), refusing))?.stop).not.toBeNull();
    const granting = context({ admit: () => ok({ gpus: ['GPU-1'] }) });
    expect(recordOf(applyOrder(undefined, start(), granting))?.gpus).toEqual(['GPU-1']);
  });

  it('lets no order exchange the digest that the task names itself', () => {
    const [named, other] = [`sha256:${'ab'.repeat(32)}`, `sha256:${'cd'.repeat(32)}`];
    const exact = testSpec({ image: `x/y@${named}` });
    const order = (imageDigest?: string) => ({
      kind: 'start' as const,
      body: { ...start().body, spec: exact, specHash: specHash(exact), imageDigest },
    });
    expect(codeOf(applyOrder(undefined, order(other), context()))).toBe('IMAGE_DIGEST_MISMATCH');
    for (const same of [named, undefined])
      expect(recordOf(applyOrder(undefined, order(same), context()))).toMatchObject({ imageDigest: named });
  });

  it('refuses a spec without its hash, new work while draining, and orders about what is not here', () => {
    expect(codeOf(applyOrder(undefined, start(1, `0x${'00'.repeat(32)}`), context()))).toBe('TASK_SPEC_INVALID');
    expect(codeOf(applyOrder(undefined, start(), context({ draining: 'moving house' })))).toBe('NODE_NOT_READY');
    expect(codeOf(applyOrder(undefined, stop(), context()))).toBe('ALLOCATION_UNKNOWN');
    expect(codeOf(applyOrder(undefined, restart(), context()))).toBe('ALLOCATION_UNKNOWN');
  });
});
