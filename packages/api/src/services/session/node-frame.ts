import { openFrame, sealFrame } from '@muster/protocol/crypto/mac';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import type { Frame } from '@muster/protocol/messages/frame';
import type { z } from 'zod';
import type { SessionKeys } from './session-book.ts';
import type { SessionDoor } from './session-door.ts';

export type OpenedFrame<T> = { session: SessionKeys; counter: number; body: T };

/**
 * The frame's session and body once its MAC holds; its counter is checked by the statement that the frame causes. `from` is whom an
 * unknown session is counted against. Throws SESSION_UNKNOWN, MAC_INVALID, RATE_LIMITED.
 */
export async function openNodeFrame<S extends z.ZodType>(
  door: SessionDoor,
  { frame, from, path, schema }: { frame: Frame; from: string; path: string; schema: S },
): Promise<OpenedFrame<z.output<S>>> {
  const session = await door.find(frame.sessionId, from);
  if (session === null) throw new AppError('SESSION_UNKNOWN');
  const body = unwrap(openFrame({ key: session.keyFromNode, direction: 'n2m', path, frame, schema }));
  door.admit(session);
  return { session, counter: frame.counter, body };
}

/** The answer to a frame, under the frame's own number: it can stand for the answer to no other. */
export function sealAnswer(
  session: SessionKeys,
  { path, counter, body }: { path: string; counter: number; body: unknown },
): { frame: Frame } {
  return { frame: sealFrame({ key: session.keyToNode, direction: 'm2n', sessionId: session.sessionId, counter, path, body }) };
}
