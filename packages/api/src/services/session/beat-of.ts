import type { NodeOverview } from '@muster/db/repositories/nodes';
import { heartbeatSchema, type Heartbeat } from '@muster/protocol/messages/frames';

/** A heartbeat names every allocation of its node, and a turn asks for it many times: it is read once per row that was fetched. */
const known = new WeakMap<object, Heartbeat | null>();

/** What the node's newest heartbeat says; null before the first. */
export function beatOf({ session }: Pick<NodeOverview, 'session'>): Heartbeat | null {
  if (session === null) return null;
  const found = known.get(session);
  if (found !== undefined) return found;
  const parsed = heartbeatSchema.safeParse(session.status);
  const beat = parsed.success ? parsed.data : null;
  known.set(session, beat);
  return beat;
}
