import { sealFrame } from '../src/crypto/mac.ts';
import type { Frame } from '../src/messages/frame.ts';

const KEY = new Uint8Array(32).fill(0x44);
const SESSION_ID = '11111111-1111-4111-8111-111111111111';

/** vectors/frames.json: one authenticated frame, and the changes that must break it. */
export function frameVectors() {
  const options = {
    key: KEY,
    direction: 'n2m',
    sessionId: SESSION_ID,
    counter: 5,
    path: 'heartbeat',
    body: { at: 1, text: 'Grüße' },
  } as const;
  const frame = sealFrame(options);
  const broken = (name: string, reason: string, change: Partial<Frame>) => ({
    name,
    code: 'MAC_INVALID',
    reason,
    frame: { ...frame, ...change },
  });
  return {
    description:
      'mac = HMAC-SHA256(key, parts), each part as "<byte length>:<utf8>", in the order direction, sessionId, counter, path, body.',
    key: `0x${'44'.repeat(32)}`,
    direction: 'n2m',
    path: 'heartbeat',
    valid: frame,
    refusals: [
      broken('other session', 'the session is bound', { sessionId: '22222222-2222-4222-8222-222222222222' }),
      broken('other counter', 'the counter is bound', { counter: 6 }),
      broken('other path', 'a frame for one procedure opens no other', { path: 'report' }),
      broken('other body', 'the body is bound, to the byte', { body: `${frame.body} ` }),
      broken('shifted border', 'lengths keep path and body apart', { path: 'heartbea', body: `t${frame.body}` }),
      broken('other mac', 'a bit is flipped', { mac: `0x${'00'.repeat(32)}` }),
      broken('other direction', 'it was sent by the other side', sealFrame({ ...options, direction: 'm2n' })),
    ],
  };
}
