import { describe, expect, it } from 'vitest';

import { createEphemeral, deriveSessionKeys, type SessionKeyInput } from './session-keys.ts';

function setup() {
  const node = createEphemeral();
  const master = createEphemeral();
  const shared = { inviteDigest: `0x${'ab'.repeat(32)}` as const, sessionId: 'c7a7f1f0-2f57-4c1c-9d6b-0a1b2c3d4e5f', generation: 3 };
  const atNode: SessionKeyInput = { ...shared, privateKey: node.privateKey, peerPublicKey: master.publicKey };
  const atMaster: SessionKeyInput = { ...shared, privateKey: master.privateKey, peerPublicKey: node.publicKey };
  return { atNode, atMaster };
}

const hex = (keys: { nodeToMaster: Uint8Array; masterToNode: Uint8Array }) =>
  [keys.nodeToMaster, keys.masterToNode].map((bytes) => Buffer.from(bytes).toString('hex'));

describe('deriveSessionKeys', () => {
  it('gives both sides the same two keys, one per direction', () => {
    const { atNode, atMaster } = setup();
    const keys = deriveSessionKeys(atNode);
    expect(hex(deriveSessionKeys(atMaster))).toEqual(hex(keys));
    expect(keys.nodeToMaster).not.toEqual(keys.masterToNode);
    expect(keys.nodeToMaster).toHaveLength(32);
  });

  it.each([
    ['invite', { inviteDigest: `0x${'cd'.repeat(32)}` as const }],
    ['session', { sessionId: '00000000-0000-4000-8000-000000000000' }],
    ['generation', { generation: 4 }],
    ['peer', { peerPublicKey: createEphemeral().publicKey }],
  ])('gives other keys for another %s', (_, change) => {
    const { atNode } = setup();
    const [first, second] = hex(deriveSessionKeys(atNode));
    const others = hex(deriveSessionKeys({ ...atNode, ...change }));
    expect(others).not.toContain(first);
    expect(others).not.toContain(second);
  });

  it.each([
    ['zero', '00'.repeat(32)],
    ['one', `01${'00'.repeat(31)}`],
    ['a point of order 8', 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'],
  ])('refuses the low-order key %s, with which anybody knows the secret', (_, peer) => {
    const { atNode } = setup();
    expect(() => deriveSessionKeys({ ...atNode, peerPublicKey: `0x${peer}` })).toThrow('BAD_INPUT');
  });
});
