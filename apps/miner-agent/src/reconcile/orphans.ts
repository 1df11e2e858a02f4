import { MAX_ORPHANS_PER_BEAT, type Orphan } from '@muster/protocol/messages/frames';
import type { Address } from 'viem';
import { readLabels } from './labels.ts';
import type { Observed } from './plan.ts';

/** Containers that carry our labels but of which no order is known: somebody's work after a lost state directory, or rubbish. */
export interface OrphanWatch {
  /** The master has just told us everything that it wants of us: from now on absence means something. */
  ordersAreComplete(): void;
  /** Allocations whose grace period is over. */
  look(observed: Observed, known: ReadonlySet<string>): ReadonlySet<string>;
  /** For the master and its buyer, the oldest first. */
  current(): Orphan[];
}

export interface OrphanOptions {
  node: Address;
  graceMs: number;
  /** Monotonic ms. */
  monotonic: () => number;
  /** Unix ms: for people to read, never to count with. */
  now: () => number;
  onFound: (orphan: Orphan) => void;
  /** It was an orphan and is gone, or is known again. */
  onSettled: (allocationId: string, how: 'removed' | 'claimed') => void;
}

interface Found {
  since: number;
  orphan: Orphan;
}

/** Counts the grace period only once orders were complete: absence of evidence is no evidence. */
export function createOrphanWatch({ node, graceMs, monotonic, now, onFound, onSettled }: OrphanOptions): OrphanWatch {
  const found = new Map<string, Found>();
  let complete = false;

  function settle(present: ReadonlyMap<string, unknown>, known: ReadonlySet<string>): void {
    for (const id of found.keys()) {
      if (present.has(id) && !known.has(id)) continue;
      found.delete(id);
      onSettled(id, known.has(id) ? 'claimed' : 'removed');
    }
  }

  function note(allocationId: string, { runId, things }: { runId: string; things: number }): void {
    const earlier = found.get(allocationId);
    if (earlier) return void (earlier.orphan.things = things);
    const foundAt = now();
    const orphan = { allocationId, runId, things, foundAt, removeAt: foundAt + graceMs };
    found.set(allocationId, { since: monotonic(), orphan });
    onFound(orphan);
  }

  return {
    ordersAreComplete() {
      complete = true;
    },
    look(observed, known) {
      const present = ownedAllocations(observed, node);
      settle(present, known);
      if (!complete) return new Set();
      for (const [id, owned] of present) if (!known.has(id)) note(id, owned);
      return new Set([...found].filter(([, { since }]) => monotonic() - since >= graceMs).map(([id]) => id));
    },
    current: () =>
      [...found.values()].slice(0, MAX_ORPHANS_PER_BEAT).map(({ orphan }) => ({
        ...orphan,
        allocationId: printable(orphan.allocationId, 64),
        runId: printable(orphan.runId, 80),
      })),
  };
}

/** What is there under our labels, by allocation: of which run, and how many containers and networks. */
function ownedAllocations({ containers, networks }: Observed, node: Address): Map<string, { runId: string; things: number }> {
  const owned = new Map<string, { runId: string; things: number }>();
  for (const { labels } of [...containers, ...networks]) {
    const owner = readLabels(labels, node);
    if (owner) owned.set(owner.allocationId, { runId: owner.runId, things: (owned.get(owner.allocationId)?.things ?? 0) + 1 });
  }
  return owned;
}

/** What is written on a label is nobody's promise: it is told as far as the wire allows. */
const printable = (text: string, length: number): string => text.slice(0, length).replaceAll(/[^\x21-\x7e]/g, '?');
