import type { Clock } from '@muster/runtime/clock';
import { createRateLimiter, type RateLimiter } from '../rate-limiter.ts';

export type OpenedLink = { linkId: string; runId: string; node: string };

/** Whose answers are taken, and how often. */
export type RelayDoor = {
  /** A node has proved itself over a socket of this server. */
  opened(link: OpenedLink): void;
  closed(linkId: string): void;
  /** An answer under this link's id. Throws RATE_LIMITED. */
  admit(linkId: string, from: string): void;
};

/**
 * Nodes behind one address do not use up each other's share: what comes under a link that stands here is counted against its node.
 * Only what names no such link is counted against the caller's address; `strangers` counts that.
 */
export function createRelayDoor(strangers: Pick<RateLimiter, 'take'>, { clock }: { clock: Clock }): RelayDoor {
  // A link has at most eight calls at once, and may have to repeat each answer.
  const nodes = createRateLimiter({ clock, burst: 60, perSecond: 10 });
  const links = new Map<string, string>();
  return {
    opened: ({ linkId, runId, node }) => void links.set(linkId, `${runId}/${node}`),
    closed: (linkId) => void links.delete(linkId),
    admit(linkId, from) {
      const node = links.get(linkId);
      if (node === undefined) strangers.take(from);
      else nodes.take(node);
    },
  };
}
