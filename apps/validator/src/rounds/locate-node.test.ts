import { createSigner } from '@muster/protocol/crypto/signer';
import type { Signer } from '@muster/protocol/crypto/signer';
import { signMessage } from '@muster/protocol/messages/define-message';
import { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { audienceOfOrigin, newHeader } from '@muster/protocol/messages/header';
import { describe, expect, it } from 'vitest';
import type { RoundJob } from '../ports/round.ts';
import { CAPABILITIES } from '@muster/protocol/testing/capabilities';
import { createTestWorld, DISCOVERY_URI, START } from '../testing/test-world.ts';
import { locateNode } from './locate-node.ts';

const STRANGER = createSigner(`0x${'7'.repeat(64)}`);

/** A discovery that answers with what `lie` makes of the true announcement. */
function setup(lie: { signer?: Signer; message?: object; capabilities?: unknown; uri?: string } = {}) {
  const { deps, nodeOptions, node, capabilitiesHash } = createTestWorld();
  const uri = lie.uri ?? DISCOVERY_URI;
  const signer = lie.signer ?? nodeOptions.signer;
  deps.discovery.queryEndpoint = async () => {
    const header = newHeader({ runId: '1', sender: signer.address, audience: audienceOfOrigin(uri), now: START, ttlMs: 600_000 });
    const truth = {
      seq: 1,
      sequence: 1,
      endpoint: 'http://127.0.0.1:7700',
      relay: false,
      encryptionKey: `0x${'09'.repeat(32)}`,
      capabilitiesHash,
    };
    const announcement = signMessage(EndpointAnnouncement, { ...header, ...truth, ...lie.message }, { domain: deps.domain, signer });
    return { announcement, capabilities: 'capabilities' in lie ? lie.capabilities : CAPABILITIES };
  };
  const job: RoundJob = { runId: '1', node, seq: 1, round: 1, discoveryUri: uri, capabilitiesHash, deadline: START + 1_000 };
  return locateNode(job, deps);
}

describe('locateNode', () => {
  it("takes the endpoint from the node's own signed announcement", async () => {
    expect(await setup()).toMatchObject({ location: { kind: 'direct', endpoint: 'http://127.0.0.1:7700' } });
  });

  it('takes the relay of the very discovery that gave the announcement, and the key to seal to', async () => {
    const encryptionKey = `0x${'09'.repeat(32)}`;
    const located = await setup({ message: { relay: true, endpoint: '' } });
    expect(located.location).toMatchObject({ kind: 'relay', discoveryUri: DISCOVERY_URI, runId: '1', encryptionKey });
  });

  it.each<[string, Parameters<typeof setup>[0], string]>([
    ['an announcement that somebody else has signed', { signer: STRANGER }, 'SIGNATURE_INVALID'],
    ['one of an earlier registration', { message: { seq: 0 } }, 'ANNOUNCEMENT_STALE'],
    ['one for another run', { message: { runId: '2' } }, 'ANNOUNCEMENT_STALE'],
    ['one that has expired', { message: { issuedAt: START - 2_000, expiresAt: START - 1_000 } }, 'MESSAGE_EXPIRED'],
    ['one for another discovery', { message: { audience: audienceOfOrigin('http://evil.example') } }, 'AUDIENCE_WRONG'],
    ['capabilities other than the registered ones', { capabilities: { ...CAPABILITIES, memoryBytes: 1 } }, 'CAPABILITIES_MISMATCH'],
    ['no capabilities', { capabilities: 'much' }, 'CAPABILITIES_MISMATCH'],
    ['a discovery URI that is no URL', { uri: 'ftp://127.0.0.1/x' }, 'DISCOVERY_UNREACHABLE'],
  ])('refuses %s', async (_title, lie, code) => {
    await expect(setup(lie)).rejects.toMatchObject({ code });
  });
});
