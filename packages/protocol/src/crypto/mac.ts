import { createHmac, timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';

import { AppError } from '../errors/app-error.ts';
import { err, ok, type Result } from '../errors/result.ts';
import { fromZodError } from '../errors/zod-error.ts';
import type { Frame, FrameDirection } from '../messages/frame.ts';

export { createEphemeral, deriveSessionKeys, type Ephemeral, type SessionKeys } from './session-keys.ts';

export type SealOptions = {
  /** The session's key for this direction (32 bytes). */
  key: Uint8Array;
  direction: FrameDirection;
  sessionId: string;
  /** Higher than any sent before with this key. */
  counter: number;
  /** The procedure that the frame is for, such as `heartbeat`: a frame for one opens no other. */
  path: string;
  body: unknown;
};

/** A frame whose MAC binds direction, session, counter, path and body. */
export function sealFrame(options: SealOptions): Frame {
  const { key, sessionId, counter, path } = options;
  const body = JSON.stringify(options.body);
  return { sessionId, counter, path, body, mac: macOf(key, [options.direction, sessionId, String(counter), path, body]) };
}

export type OpenOptions<S extends z.ZodType> = {
  key: Uint8Array;
  direction: FrameDirection;
  path: string;
  frame: Frame;
  schema: S;
  /** The highest counter taken so far, where the caller keeps it in memory; the master checks it in its upsert instead. */
  lastCounter?: number | undefined;
};

export type OpenError = AppError<'MAC_INVALID' | 'COUNTER_REPLAYED' | 'BAD_INPUT' | 'UNKNOWN_FIELD'>;

/** The frame's body once its MAC (constant time), counter and schema hold. */
export function openFrame<S extends z.ZodType>(options: OpenOptions<S>): Result<z.output<S>, OpenError> {
  const { key, direction, path, frame, schema, lastCounter } = options;
  const expected = Buffer.from(macOf(key, [direction, frame.sessionId, String(frame.counter), path, frame.body]));
  const given = Buffer.from(frame.mac);
  // The path of the frame is informative: what counts is the procedure that was called.
  if (frame.path !== path || given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return err(new AppError('MAC_INVALID'));
  }
  if (lastCounter !== undefined && frame.counter <= lastCounter) {
    return err(new AppError('COUNTER_REPLAYED', { data: { counter: frame.counter, lastCounter } }));
  }
  return parseBody(frame.body, schema);
}

function parseBody<S extends z.ZodType>(body: string, schema: S): Result<z.output<S>, OpenError> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    return err(new AppError('BAD_INPUT', { publicMessage: "The frame's body is not JSON.", cause }));
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? ok(parsed.data) : err(fromZodError(parsed.error, "the frame's body"));
}

/** HMAC-SHA256 over the parts, each after its length, so that no two lists of parts give the same bytes. */
function macOf(key: Uint8Array, parts: readonly string[]): Frame['mac'] {
  // In one piece: every call into the crypto library costs as much as hashing a kilobyte.
  let text = '';
  for (const part of parts) text += `${Buffer.byteLength(part)}:${part}`;
  // As text, which costs less than a buffer that the collector must give back.
  return `0x${createHmac('sha256', key).update(text).digest('hex')}`;
}
