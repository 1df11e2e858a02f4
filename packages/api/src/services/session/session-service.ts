import type { Envelope } from '@muster/protocol/messages/define-message';
import type { Order } from '@muster/protocol/messages/order';
import type { SessionAccept } from '@muster/protocol/messages/session-accept';
import type { Frame } from '@muster/protocol/crypto/mac';
import type { IncomingEnvelope, IncomingFrame } from '../../shapes/envelope.ts';

/** What a node may ask of its master once it holds an invite. Every frame but the first message is MAC'd. */
export type SessionService = {
  open(envelope: IncomingEnvelope): Promise<{ envelope: Envelope<SessionAccept>; orders: Envelope<Order>[] }>;
  heartbeat(frame: IncomingFrame): Promise<{ frame: Frame }>;
  report(frame: IncomingFrame): Promise<{ frame: Frame }>;
  logs(frame: IncomingFrame): Promise<{ frame: Frame }>;
  acknowledgeSync(frame: IncomingFrame): Promise<{ frame: Frame }>;
  orders(frame: IncomingFrame, signal: AbortSignal | undefined): AsyncIterable<{ frame: Frame }>;
};
