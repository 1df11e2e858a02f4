import { expect, it } from 'vitest';

import { AUDIENCE, NOW, SIGNER } from '../testing/messages.ts';
import { EndpointAnnouncement } from './endpoint-announcement.ts';
import { newHeader } from './header.ts';

const hash = `0x${'aa'.repeat(32)}` as const;
const isAnnounceable = (endpoint: string, relay: boolean) =>
  EndpointAnnouncement.schema.safeParse({
    ...newHeader({ runId: '1', sender: SIGNER.address, audience: AUDIENCE, now: NOW, ttlMs: 1000 }),
    seq: 1,
    sequence: 1,
    endpoint,
    relay,
    encryptionKey: hash,
    capabilitiesHash: hash,
  }).success;

it.each([
  ['http://127.0.0.1:7700', false, true],
  ['', true, true],
  ['', false, false],
  ['http://127.0.0.1:7700', true, false],
  ['ws://127.0.0.1:7700', false, false],
  ['http://user@127.0.0.1:7700', false, false],
])('endpoint "%s" with relay %s: %s', (endpoint, relay, expected) => {
  expect(isAnnounceable(endpoint, relay)).toBe(expected);
});
