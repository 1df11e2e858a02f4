import type { Refusals } from '@muster/db/repositories/refusals';
import type { ErrorCode } from '@muster/protocol/errors/codes';

/** A node that answers a start order so has begun nothing: the task is not to blame, and goes elsewhere. */
export const REFUSALS: readonly ErrorCode[] = [
  'POLICY_REFUSED',
  'RESOURCES_EXHAUSTED',
  'EGRESS_UNAVAILABLE',
  'GPU_UNAVAILABLE',
  'RUNTIME_UNUSABLE',
  'NODE_NOT_READY',
  'DISK_FULL',
  'DATA_DIR_UNUSABLE',
];

/** Ends of which the node is to blame, as far as anybody can tell: after one of these it is not asked again for a while. */
export const BLAMED_ON_NODE: readonly ErrorCode[] = [...REFUSALS, 'START_TIMED_OUT'];

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

/** Refusals of one task by the nodes: policies change, so a node is asked again, after a pause that doubles each time. */
export function refusingNodes(refusals: readonly Refusals[]): Map<string, string> {
  const byNode = new Map<string, { count: number; sinceMs: number; message: string }>();
  for (const { node, count, sinceMs, message } of refusals) {
    const known = byNode.get(node);
    const newest = known === undefined || sinceMs < known.sinceMs ? { sinceMs, message } : known;
    byNode.set(node, { count: count + (known?.count ?? 0), sinceMs: newest.sinceMs, message: newest.message });
  }
  return new Map([...byNode].filter(([, { count, sinceMs }]) => sinceMs < pauseMs(count)).map(([node, { message }]) => [node, message]));
}

const pauseMs = (count: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(count - 1, 20));

/** How many of a replica's epochs were refused: they count as no retry, for nothing was begun. */
export const refusedEpochs = (refusals: readonly Refusals[], replica: number): number =>
  refusals.filter((refusal) => refusal.replica === replica && isRefusal(refusal.code)).reduce((sum, { count }) => sum + count, 0);

const isRefusal = (code: string): boolean => REFUSALS.some((refusal) => refusal === code);
