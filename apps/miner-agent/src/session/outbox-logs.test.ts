import type { LogChunk } from '@muster/protocol/messages/log-frames';
import { expect, it } from 'vitest';
import { createOutbox } from './outbox.ts';
import type { SessionChannel } from './session-channel.ts';

const chunk = (allocationId: string, sequence: number): LogChunk => ({
  allocationId,
  sequence,
  lines: [{ at: 1, stream: 'stdout', text: 'x' }],
});

it('lets a container rest whose log the master does not take, and goes on with the others', async () => {
  let now = 0;
  let waiting = [chunk('loud', 1), chunk('loud', 2), chunk('calm', 1)];
  const offered: string[][] = [];
  const channel: Pick<SessionChannel, 'logs' | 'report'> = {
    report: () => Promise.reject(new Error('there is nothing to report')),
    logs: async ({ chunks }) => {
      offered.push(chunks.map(({ allocationId, sequence }) => `${allocationId} ${sequence}`));
      return { acked: chunks.filter(({ allocationId }) => allocationId !== 'loud' || now > 0) };
    },
  };
  const outbox = createOutbox({
    board: { unreported: () => [], confirm: () => undefined },
    logs: {
      pending: async (_limit, isWanted = () => true) => waiting.filter(({ allocationId }) => isWanted(allocationId)).slice(0, 2),
      acknowledge: async (acked) =>
        void (waiting = waiting.filter(
          (one) => !acked.some((other) => other.allocationId === one.allocationId && other.sequence === one.sequence),
        )),
    },
    keyStatement: () => null,
    onReported: () => undefined,
    onDelivered: () => undefined,
    monotonic: () => now,
  });
  await outbox.flush(channel);
  expect(offered).toEqual([['loud 1', 'loud 2'], ['calm 1']]);
  await outbox.flush(channel);
  expect(offered).toHaveLength(2);
  now = 1_000;
  await outbox.flush(channel);
  expect(offered.slice(2)).toEqual([['loud 1', 'loud 2']]);
  expect(waiting).toEqual([]);
});
