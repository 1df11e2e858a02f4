import type { z } from 'zod';

import { AppError } from '../errors/app-error.ts';
import { signMessage, type Envelope, type MessageDefinition, type MessageSchema, type SignOptions } from './define-message.ts';

export type RetryOptions<S extends MessageSchema, T> = SignOptions & {
  /** Our own clock, unix ms. */
  now: number;
  /** The message as of `now`, with a fresh nonce each time. */
  build: (now: number) => z.input<S>;
  send: (envelope: Envelope<z.output<S>>) => Promise<T>;
};

/**
 * Signs and sends. "A refusal for time carries the receiver's clock, and the sender re-signs once in it": nothing is lost by
 * trusting that clock, since the message is for this receiver alone.
 */
export async function signWithRetry<S extends MessageSchema, T>(
  definition: MessageDefinition<S>,
  { domain, signer, now, build, send }: RetryOptions<S, T>,
): Promise<T> {
  const signAndSend = (at: number) => send(signMessage(definition, build(at), { domain, signer }));
  try {
    return await signAndSend(now);
  } catch (error) {
    const receiverNow = clockOfRefusal(error);
    if (receiverNow === undefined) throw error;
    return signAndSend(receiverNow);
  }
}

function clockOfRefusal(error: unknown): number | undefined {
  const refusal = AppError.fromWire(error);
  if (refusal?.code !== 'CLOCK_SKEW' && refusal?.code !== 'MESSAGE_EXPIRED') return undefined;
  const { now } = refusal.data;
  return typeof now === 'number' && Number.isSafeInteger(now) && now >= 0 ? now : undefined;
}
