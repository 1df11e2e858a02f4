import { describe, expect, it } from 'vitest';

import { createSealKey, sealTo } from '../crypto/sealed-box.ts';
import { utf8 } from '../bytes.ts';
import { RECEIVER, SIGNER } from '../testing/messages.ts';
import { openRelayedRequest, sealRelayedRequest } from './relayed-call.ts';

const to = { runId: '7', node: RECEIVER };
const body = '{"envelope":{"type":"Challenge","message":{"kind":"matrix"}}}';

async function setup() {
  const nodeKey = await createSealKey();
  const asked = await sealRelayedRequest({ to, encryptionKey: nodeKey.publicKey, path: 'challenge', body });
  return { ...asked, nodeKey };
}

describe('a relayed call', () => {
  it('reaches the node as it was asked, and its answer the asker as it was given', async () => {
    const { sealed, openAnswer, nodeKey } = await setup();
    const opened = await openRelayedRequest(nodeKey.privateKey, sealed, to);
    expect(opened).toMatchObject({ path: 'challenge', body });
    const answer = await opened?.sealAnswer({ status: 401, body: '{"error":{}}' });
    expect(answer && (await openAnswer(answer))).toEqual({ status: 401, body: '{"error":{}}' });
  });

  it.each([
    ['another node', { ...to, node: SIGNER.address }],
    ['another run', { ...to, runId: '8' }],
  ])('does not open at %s, even with the key', async (_title, elsewhere) => {
    const { sealed, nodeKey } = await setup();
    expect(await openRelayedRequest(nodeKey.privateKey, sealed, elsewhere)).toBeNull();
  });

  it('does not open with another key', async () => {
    const { sealed } = await setup();
    expect(await openRelayedRequest((await createSealKey()).privateKey, sealed, to)).toBeNull();
  });

  it('takes no answer to another request of the same asker', async () => {
    const [first, second] = [await setup(), await setup()];
    const opened = await openRelayedRequest(second.nodeKey.privateKey, second.sealed, to);
    const answer = await opened?.sealAnswer({ status: 200, body: '{}' });
    await expect(first.openAnswer(answer ?? '0x')).rejects.toMatchObject({ code: 'RESPONSE_INVALID' });
  });

  it('takes no answer that discovery makes up, and none that is no answer', async () => {
    const { openAnswer } = await setup();
    const stranger = await createSealKey();
    const made = await sealTo(stranger.publicKey, utf8('{"status":200,"body":"{}"}'), { purpose: 'relayed-answer', about: 'x' });
    for (const sealed of [made, '0x00'] as const) await expect(openAnswer(sealed)).rejects.toMatchObject({ code: 'RESPONSE_INVALID' });
  });

  it('is no request with a path that is none', async () => {
    const { publicKey } = await createSealKey();
    const asked = sealRelayedRequest({ to, encryptionKey: publicKey, path: '../challenge', body });
    await expect(asked).rejects.toMatchObject({ name: 'ZodError' });
  });
});
