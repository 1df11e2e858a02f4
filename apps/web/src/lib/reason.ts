import { formatDuration, shortHash } from './format.ts';

/** Addresses, hashes and ids inside a text, cut to what tells them apart. */
export const shortenIds = (text: string): string =>
  text
    .replaceAll(/0x[0-9a-fA-F]{40,}/g, (hash) => shortHash(hash))
    .replaceAll(/\bsha256:[0-9a-f]{64}\b/g, (digest) => `sha256:${shortHash(digest.slice(7))}`)
    .replaceAll(/\b([0-9a-f]{8})-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '$1');

/** Why the master had an allocation stopped, as its order says it and the node says it back. */
const STOPS: ReadonlyMap<string, string> = new Map([
  ['buyer', 'Stopped on request'],
  ['evicted', 'Stopped, for its node was drained or left'],
  ['timeout', 'Stopped, for it ran longer than its timeout'],
  ['overdue', 'Stopped, for it did not get on'],
]);

/** A reason as the server words it ("no heartbeat for 124000 ms"), for people: short ids, long times in their units, a capital. */
export function readableReason(reason: string): string {
  const stop = STOPS.get(reason);
  if (stop !== undefined) return stop;
  const text = shortenIds(reason).replaceAll(/\b(\d{4,}(?:\.\d+)?) ms\b/g, (_all, ms: string) => formatDuration(Number(ms)));
  return text.charAt(0).toUpperCase() + text.slice(1);
}
