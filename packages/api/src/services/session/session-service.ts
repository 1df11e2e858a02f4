import type { Envelope } from '@muster/protocol/messages/define-message';
import type { Order } from '@muster/protocol/messages/order';
import type { SessionAccept } from '@muster/protocol/messages/session-accept';
import type { Frame } from '@muster/protocol/messages/frame';
import type { IncomingEnvelope } from '../../shapes/envelope.ts';

/** What a node may ask of its master once it holds an invite. Every frame but the first message is MAC'd. */
export type SessionService = {
  open(envelope: IncomingEnvelope): Promise<{ envelope: Envelope<SessionAccept>; orders: Envelope<Order>[] }>;
  heartbeat(frame: Frame): Promise<{ frame: Frame }>;
  report(frame: Frame): Promise<{ frame: Frame }>;
  logs(frame: Frame): Promise<{ frame: Frame }>;
  acknowledgeSync(frame: Frame): Promise<{ frame: Frame }>;
  orders(frame: Frame, signal: AbortSignal | undefined): AsyncIterable<{ frame: Frame }>;
};
