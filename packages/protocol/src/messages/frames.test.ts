import { describe, expect, it } from 'vitest';

import { DOMAIN, NOW, RECEIVER, SIGNER } from '../testing/messages.ts';
import { signMessage } from './define-message.ts';
import { allocationStatusSchema, heartbeatAnswerSchema, heartbeatSchema } from './frames.ts';
import { logChunksBodySchema, MAX_LINE_CHARS, MAX_LINES_PER_CHUNK } from './log-frames.ts';
import { Order } from './order.ts';
import { encodeOrderBody } from './order-body.ts';

const allocationId = 'c7a7f1f0-2f57-4c1c-9d6b-0a1b2c3d4e5f';
const heartbeat = {
  at: NOW,
  usage: { cpu: 0.5, memoryBytes: 1, diskBytes: 2 },
  orderEpoch: 1,
  orderCounter: 3,
  allocations: [{ allocationId, epoch: 1, phase: 'Running' }],
  orphans: [{ allocationId, runId: '1', things: 2, foundAt: NOW, removeAt: NOW + 60_000 }],
};

describe('heartbeats', () => {
  it('take what the agent sends, and nothing else', () => {
    expect(heartbeatSchema.parse(heartbeat)).toEqual(heartbeat);
    const { orphans: _orphans, ...older } = heartbeat;
    expect(heartbeatSchema.parse(older)).toEqual({ ...heartbeat, orphans: [] });
    const orphaned = (change: object) =>
      heartbeatSchema.safeParse({ ...heartbeat, orphans: [{ ...heartbeat.orphans[0], ...change }] }).success;
    expect([
      orphaned({}),
      orphaned({ allocationId: 'x'.repeat(65) }),
      orphaned({ runId: '\u001b[2J' }),
      orphaned({ removeAt: 9e15 }),
    ]).toEqual([true, false, false, false]);
    expect(heartbeatSchema.safeParse({ ...heartbeat, load: 1 }).success).toBe(false);
    expect(heartbeatSchema.safeParse({ ...heartbeat, allocations: [{ allocationId, epoch: 1, phase: 'Sleeping' }] }).success).toBe(false);
    expect(heartbeatSchema.safeParse({ ...heartbeat, usage: { ...heartbeat.usage, cpu: -1 } }).success).toBe(false);
  });

  it('tell of the offer, and of live usage as far as the system does', () => {
    const full = {
      ...heartbeat,
      usage: { ...heartbeat.usage, rxBytesPerSecond: 10.5, gpus: [{ uuid: 'GPU-1', utilisation: 0.97 }] },
      offer: {
        capacity: { cpu: 2, memoryBytes: 1e9, diskBytes: 1e9, gpus: [] },
        perAllocation: {},
        features: { gpu: false, egress: true, root: false, ports: false },
        maxAllocations: 4,
        accepting: true,
      },
      allocations: [{ allocationId, epoch: 1, phase: 'Running', gpus: ['GPU-1'], usage: { cpu: 1, memoryBytes: 5 } }],
    };
    expect(heartbeatSchema.parse(full)).toEqual(full);
    const overdriven = { ...full.usage, gpus: [{ uuid: 'GPU-1', utilisation: 97 }] };
    expect(heartbeatSchema.safeParse({ ...full, usage: overdriven }).success).toBe(false);
  });

  it('are answered with orders whose form is checked', () => {
    const body = encodeOrderBody('drain', { reason: 'x', deadlineMs: NOW });
    const order = {
      runId: '1',
      node: RECEIVER,
      seq: 1,
      masterEpoch: 1,
      counter: 4,
      orderId: allocationId,
      kind: 'drain' as const,
      body,
      issuedAt: NOW,
    };
    const orders = [signMessage(Order, order, { domain: DOMAIN, signer: SIGNER })];
    expect(heartbeatAnswerSchema.parse({ now: NOW, orders })).toEqual({ now: NOW, orders });
    expect(heartbeatAnswerSchema.safeParse({ now: NOW, orders: [{ ...orders[0], type: 'Invite' }] }).success).toBe(false);
  });
});

describe('status reports', () => {
  it('may leave out what is not known yet', () => {
    const status = { allocationId, epoch: 1, phase: 'Pulling', oomKilled: false, restarts: 0, at: NOW };
    expect(allocationStatusSchema.parse(status)).toEqual(status);
    expect(allocationStatusSchema.safeParse({ ...status, exitCode: 'none' }).success).toBe(false);
  });
});

describe('log chunks', () => {
  const line = { at: NOW, stream: 'stdout', text: 'x' };
  const chunksOf = (lines: unknown[]) => logChunksBodySchema.safeParse({ chunks: [{ allocationId, sequence: 0, lines }] }).success;

  it('are bounded in lines and in their length, and never empty', () => {
    expect(chunksOf([line])).toBe(true);
    expect(chunksOf([])).toBe(false);
    expect(chunksOf(Array.from({ length: MAX_LINES_PER_CHUNK + 1 }, () => line))).toBe(false);
    expect(chunksOf([{ ...line, text: 'x'.repeat(MAX_LINE_CHARS + 1) }])).toBe(false);
    expect(chunksOf([{ ...line, stream: 'stdin' }])).toBe(false);
  });
});

describe('what a node reports', () => {
  const status = { allocationId, epoch: 1, phase: 'Running', oomKilled: false, restarts: 0, at: NOW };
  const line = { at: NOW, stream: 'stdout', text: '' };

  it.each([
    ['a start that no date can be', allocationStatusSchema, { ...status, startedAt: 9e15 }],
    ['an end that no date can be', allocationStatusSchema, { ...status, endedAt: 9e15 }],
    ['an exit code that no system has', allocationStatusSchema, { ...status, exitCode: 2 ** 31 }],
    ['more restarts than the master counts', allocationStatusSchema, { ...status, restarts: 2 ** 31 }],
    [
      'a line of a time that no date can be',
      logChunksBodySchema,
      { chunks: [{ allocationId, sequence: 1, lines: [{ ...line, at: 9e15 }] }] },
    ],
  ])('is refused with %s', (_, schema, body) => {
    expect(schema.safeParse(body).success).toBe(false);
  });

  it('is taken up to there', () => {
    const last = 8_640_000_000_000_000;
    const full = { ...status, startedAt: last, endedAt: last, exitCode: -(2 ** 31), restarts: 1_000_000_000 };
    expect(allocationStatusSchema.parse(full)).toEqual(full);
    const chunks = [{ allocationId, sequence: 1, lines: [{ ...line, at: last }] }];
    expect(logChunksBodySchema.parse({ chunks })).toEqual({ chunks });
  });
});
