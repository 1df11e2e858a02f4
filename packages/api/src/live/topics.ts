import type { RunAspect } from '../shapes/run.ts';

/** What copies of the server tell each other about, as short strings: they travel in NOTIFY payloads. */
export type Topic =
  | `run:${string}:${RunAspect}`
  | `log:${string}`
  | `orders:${string}`
  | `relay:${string}`
  | 'reconcile'
  | 'invite'
  | 'chain';

export const runTopic = (runId: string, what: RunAspect): Topic => `run:${runId}:${what}`;
export const logTopic = (allocationId: string): Topic => `log:${allocationId}`;
export const ordersTopic = (runId: string, node: string): Topic => `orders:${runId}/${node}`;
/** Something is to be handed to a relayed node, or a newer link of it is there. */
export const relayTopic = (runId: string, node: string): Topic => `relay:${runId}/${node}`;
/** A relayed call has moved. */
export const relayedTopic = (callId: string): Topic => `relay:${callId}`;
