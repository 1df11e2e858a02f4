import type { Hex } from 'viem';
import { describe, expect, it } from 'vitest';

import { createSealKey } from '../crypto/sealed-box.ts';
import { AppError } from '../errors/app-error.ts';
import { unwrap } from '../errors/result.ts';
import { verifyEnvelope } from '../messages/define-message.ts';
import { audienceOfOrigin } from '../messages/header.ts';
import { RelayCall } from '../messages/relay-call.ts';
import { DOMAIN, NOW, RECEIVER, SIGNER } from '../testing/messages.ts';
import { reachNode, type ReachOptions } from './reach-node.ts';
import { hashOfSealed, openRelayedRequest } from './relayed-call.ts';

const DISCOVERY = 'http://127.0.0.1:3000/discovery';
const options = { domain: DOMAIN, signer: SIGNER, role: 'validator' as const, now: () => NOW, timeoutMs: 30_000 };
const post = (body: string) => ({ method: 'POST', body });

/** A node behind a discovery that hands on what it is given, and keeps it. */
async function setup(change: Partial<ReachOptions> = {}) {
  const key = await createSealKey();
  const passed: { envelope: unknown; sealed: Hex; answer: Hex }[] = [];
  const { endpoint, fetch } = reachNode(
    { kind: 'relay', discoveryUri: DISCOVERY, runId: '7', node: RECEIVER, encryptionKey: key.publicKey },
    {
      ...options,
      fetch: () => Promise.reject(new Error('the node has no endpoint')),
      async relay(_uri, { envelope, sealed }) {
        const request = await openRelayedRequest(key.privateKey, sealed, { runId: '7', node: RECEIVER });
        const answer = await request?.sealAnswer({ status: 200, body: JSON.stringify({ path: request.path, heard: request.body }) });
        passed.push({ envelope, sealed, answer: answer ?? '0x' });
        return answer ?? '0x';
      },
      ...change,
    },
  );
  return { endpoint, fetch, passed };
}

describe('reachNode', () => {
  it('speaks to an endpoint directly', () => {
    const fetch = () => Promise.reject(new Error('not called'));
    const relay = () => Promise.reject(new Error('not called'));
    const endpoint = 'http://127.0.0.1:7700';
    expect(reachNode({ kind: 'direct', endpoint }, { ...options, fetch, relay })).toEqual({ endpoint, fetch });
  });

  it('speaks to a relayed node through discovery, by an envelope that binds the sealed bytes', async () => {
    const { endpoint, fetch, passed } = await setup();
    const response = await fetch(`${endpoint}/challenge`, post('{"a":1}'));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ path: 'challenge', heard: '{"a":1}' });
    const [call] = passed;
    const verified = verifyEnvelope(RelayCall, call?.envelope, { domain: DOMAIN, now: NOW, audience: audienceOfOrigin(DISCOVERY) });
    expect(unwrap(verified).message).toMatchObject({ node: RECEIVER, role: 'validator', sealedHash: hashOfSealed(call?.sealed ?? '0x') });
  });

  it('shows discovery nothing of what is asked and answered', async () => {
    const { endpoint, fetch, passed } = await setup();
    await fetch(`${endpoint}/challenge`, post('{"secret":"of the asker"}'));
    const bytes = passed
      .flatMap(({ sealed, answer }) => [sealed, answer])
      .map((hex) => Buffer.from(hex.slice(2), 'hex').toString('latin1'));
    const seen = JSON.stringify(passed) + bytes.join('');
    expect(bytes.join('').length).toBeGreaterThan(200);
    for (const word of ['secret', 'of the asker', 'challenge', 'heard']) expect(seen).not.toContain(word);
  });

  it('signs anew in the clock of a discovery that refuses the time', async () => {
    const times: number[] = [];
    const { endpoint, fetch } = await setup({
      relay: (_uri, { envelope }) => {
        times.push(envelope.message.issuedAt);
        return Promise.reject(new AppError('CLOCK_SKEW', { data: { now: NOW - 60_000 } }));
      },
    });
    await expect(fetch(`${endpoint}/invite`, post('{}'))).rejects.toMatchObject({ code: 'CLOCK_SKEW' });
    expect(times).toEqual([NOW, NOW - 60_000]);
  });
});
