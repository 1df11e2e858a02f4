import { randomUUID } from 'node:crypto';
import type { Heartbeat } from '@muster/protocol/messages/frames';

/** A node with one running container, as both sides send it. */
export function createBeats(): () => Heartbeat {
  const allocationId = randomUUID();
  return () => ({
    at: Date.now(),
    orphans: [],
    usage: { cpu: 1.25, memoryBytes: 3_221_225_472, diskBytes: 107_374_182_400 },
    orderEpoch: 1,
    orderCounter: 7,
    allocations: [{ allocationId, epoch: 1, phase: 'Running' }],
  });
}
