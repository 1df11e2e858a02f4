import type { Address } from 'viem';
import { readLabels } from './labels.ts';
import type { Observed } from './plan.ts';

/** Containers that carry our labels but of which no order is known: somebody's work after a lost state directory, or rubbish. */
export interface OrphanWatch {
  /** The master has just told us everything that it wants of us: from now on absence means something. */
  ordersAreComplete(): void;
  /** Allocations whose grace period is over. */
  look(observed: Observed, known: ReadonlySet<string>): ReadonlySet<string>;
}

export interface OrphanOptions {
  node: Address;
  graceMs: number;
  /** Monotonic ms. */
  monotonic: () => number;
  onFound: (allocationId: string) => void;
}

/** Counts the grace period only once orders were complete: absence of evidence is no evidence. */
export function createOrphanWatch({ node, graceMs, monotonic, onFound }: OrphanOptions): OrphanWatch {
  const since = new Map<string, number>();
  let complete = false;
  return {
    ordersAreComplete() {
      complete = true;
    },
    look({ containers, networks }, known) {
      const present = new Set([...containers, ...networks].flatMap(({ labels }) => readLabels(labels, node)?.allocationId ?? []));
      for (const id of since.keys()) if (!present.has(id) || known.has(id)) since.delete(id);
      if (!complete) return new Set();
      for (const id of present) {
        if (known.has(id) || since.has(id)) continue;
        since.set(id, monotonic());
        onFound(id);
      }
      return new Set([...since].filter(([, foundAt]) => monotonic() - foundAt >= graceMs).map(([id]) => id));
    },
  };
}
