import { listPendingOrders } from '@muster/db/repositories/orders';
import { nextCounterOut } from '@muster/db/repositories/sessions';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Frame } from '@muster/protocol/messages/frame';
import type { OrderVersion } from '@muster/protocol/messages/order';
import type { Deps } from '../../app/deps.ts';
import { ordersTopic } from '../../live/topics.ts';
import { envelopesOf } from '../order/order-envelopes.ts';
import { sealAnswer } from './node-frame.ts';
import type { SessionKeys } from './session-book.ts';

/**
 * What the node has not acknowledged, at once and then whatever is added, each order once and in rising version: a node carries versions
 * out in order, so one that overtook another would make the other look old. Orders become visible in the order of their versions, so none
 * is passed over. What a push loses, the heartbeat's answer repeats. Ends when the session is superseded.
 */
export async function* streamOrders(
  deps: Pick<Deps, 'db' | 'live' | 'settings'>,
  session: SessionKeys,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ frame: Frame }> {
  const { db, live, settings } = deps;
  const watcher = live.watch([ordersTopic(session.runId, session.node)], signal);
  const takeCounter = async (): Promise<number> => {
    const counter = await nextCounterOut(db, session.sessionId);
    if (counter === null) throw new AppError('SESSION_SUPERSEDED');
    return counter;
  };
  let newest: OrderVersion = { masterEpoch: 0, counter: 0 };
  let isExpected = true;
  try {
    while (signal?.aborted !== true) {
      // Every task's start waits for this: where an order is expected, its frame's number is taken while it is read.
      const [orders, early] = await Promise.all([listPendingOrders(db, session, newest), isExpected ? takeCounter() : null]);
      isExpected = false;
      const last = orders.at(-1);
      if (last === undefined) {
        isExpected = (await watcher.next(settings.heartbeatMs)).size > 0;
        continue;
      }
      newest = last;
      const counter = early ?? (await takeCounter());
      yield sealAnswer(session, { path: 'orders', counter, body: { orders: envelopesOf(orders) } });
    }
  } finally {
    watcher.close();
  }
}
