import { listPendingOrders } from '@muster/db/repositories/orders';
import { nextCounterOut } from '@muster/db/repositories/sessions';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Frame } from '@muster/protocol/messages/frame';
import { compareOrderVersion, type OrderVersion } from '@muster/protocol/messages/order';
import type { Deps } from '../../app/deps.ts';
import { ordersTopic } from '../../live/topics.ts';
import { envelopesOf } from '../order/order-envelopes.ts';
import { sealAnswer } from './node-frame.ts';
import type { SessionKeys } from './session-book.ts';

/**
 * What the node has not acknowledged, at once and again whenever something is added. Each push is complete and in rising version: a
 * node carries versions out in order, so one that overtook another would make the other look old. Ends when the session is superseded.
 */
export async function* streamOrders(
  deps: Pick<Deps, 'db' | 'live' | 'settings'>,
  session: SessionKeys,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ frame: Frame }> {
  const { db, live, settings } = deps;
  const watcher = live.watch([ordersTopic(session.runId, session.node)], signal);
  let newest: OrderVersion = { masterEpoch: -1, counter: -1 };
  try {
    while (signal?.aborted !== true) {
      const orders = await listPendingOrders(db, session);
      const last = orders.at(-1);
      if (last !== undefined && compareOrderVersion(last, newest) > 0) {
        newest = last;
        const counter = await nextCounterOut(db, session.sessionId);
        if (counter === null) throw new AppError('SESSION_SUPERSEDED');
        yield sealAnswer(session, { path: 'orders', counter, body: { orders: envelopesOf(orders) } });
      }
      await watcher.next(settings.heartbeatMs);
    }
  } finally {
    watcher.close();
  }
}
