import { createTRPCClient, httpLink } from '@trpc/client';
import { closeRun } from '@muster/chain/actions/close-run';
import { devKey } from '@muster/chain/dev/dev-accounts';
import { ROLES } from '@muster/chain/testing/dev-chain';
import { createSigner, type Signer } from '@muster/protocol/crypto/signer';
import { signMessage } from '@muster/protocol/messages/define-message';
import { EndpointQuery } from '@muster/protocol/messages/endpoint-query';
import { audienceOfOrigin, newHeader } from '@muster/protocol/messages/header';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAPABILITIES } from '@muster/protocol/testing/capabilities';
import { EVIDENCE, EVIDENCE_HASH, startTestNode, type TestNode } from '../../testing/test-node.ts';
import { setUpStage, type Stage } from '../../testing/setup.ts';
import type { DiscoveryRouter } from '../../types.ts';

let stage: Stage;
let runId: string;
let node: TestNode;
let discovery: ReturnType<typeof createTRPCClient<DiscoveryRouter>>;

beforeAll(async () => {
  stage = await setUpStage();
  runId = await stage.createRun();
  node = await startTestNode({ chain: stage.chain, runId, url: stage.server.url });
  discovery = createTRPCClient<DiscoveryRouter>({ links: [httpLink({ url: `${stage.server.url}/discovery` })] });
});

afterAll(async () => {
  await node.stop();
  await stage.stop();
});

const refusal = (code: string) => ({ data: { app: { code } } });
const master = () => createSigner(devKey(ROLES.master));
const validator = () => createSigner(devKey(ROLES.validator));

type Query = { signer?: Signer; role?: 'master' | 'validator'; of?: string; now?: number; audience?: `0x${string}` };
function queryOf({
  signer = master(),
  role = 'master',
  of = node.address,
  now = Date.now(),
  audience = audienceOfOrigin(stage.server.url),
}: Query = {}) {
  const header = newHeader({ runId, sender: signer.address, audience, now, ttlMs: 30_000 });
  return { envelope: signMessage(EndpointQuery, { ...header, node: of, role }, { domain: stage.domain, signer }) };
}

describe('an announcement', () => {
  it('is confirmed with the standing that the chain gives', async () => {
    await expect(node.announce()).resolves.toMatchObject({ accepted: true, standing: 'Pending' });
  });

  it('must rise in its sequence', async () => {
    await node.announce({ sequence: 50 });
    await expect(node.announce({ sequence: 50 })).rejects.toMatchObject(refusal('ANNOUNCEMENT_STALE'));
    await expect(node.announce({ sequence: 49 })).rejects.toMatchObject(refusal('ANNOUNCEMENT_STALE'));
  });

  it('must carry the document that is registered', async () => {
    const better = { ...CAPABILITIES, memoryBytes: CAPABILITIES.memoryBytes * 2 };
    await expect(node.announce({ sequence: 60, capabilities: better })).rejects.toMatchObject(refusal('CAPABILITIES_MISMATCH'));
  });

  it('must not point where nobody may be sent', async () => {
    await expect(node.announce({ sequence: 61, endpoint: 'http://169.254.169.254/latest' })).rejects.toMatchObject(
      refusal('ADDRESS_REFUSED'),
    );
  });
});

describe('a query', () => {
  it('gives a validator and the master the node’s own signed words', async () => {
    for (const asker of [
      { signer: master(), role: 'master' as const },
      { signer: validator(), role: 'validator' as const },
    ]) {
      const { announcement, capabilities } = await discovery.queryEndpoint.mutate(queryOf(asker));
      expect(announcement.message).toMatchObject({ sender: node.address, endpoint: node.endpoint, runId });
      expect(capabilities).toEqual(CAPABILITIES);
    }
  });

  it('is refused to a validator that says it is the master, and to the master that says it is a validator', async () => {
    await expect(discovery.queryEndpoint.mutate(queryOf({ signer: validator(), role: 'master' }))).rejects.toMatchObject(
      refusal('NOT_RUN_MASTER'),
    );
    await expect(discovery.queryEndpoint.mutate(queryOf({ signer: master(), role: 'validator' }))).rejects.toMatchObject(
      refusal('NOT_A_VALIDATOR'),
    );
  });

  it('is answered once', async () => {
    const query = queryOf();
    await discovery.queryEndpoint.mutate(query);
    await expect(discovery.queryEndpoint.mutate(query)).rejects.toMatchObject(refusal('NONCE_REPLAYED'));
  });

  it('is refused when it was meant for another discovery, or is too old; the refusal carries the clock', async () => {
    await expect(discovery.queryEndpoint.mutate(queryOf({ audience: audienceOfOrigin('http://elsewhere.example') }))).rejects.toMatchObject(
      refusal('AUDIENCE_WRONG'),
    );
    const late = discovery.queryEndpoint.mutate(queryOf({ now: Date.now() - 60_000 }));
    await expect(late).rejects.toMatchObject({ data: { app: { code: 'MESSAGE_EXPIRED', data: { now: expect.any(Number) } } } });
  });

  it('finds only nodes that are registered and have announced themselves', async () => {
    const stranger = createSigner(devKey(9)).address;
    await expect(discovery.queryEndpoint.mutate(queryOf({ of: stranger }))).rejects.toMatchObject(refusal('NOT_REGISTERED'));
    const silent = await startTestNode({ chain: stage.chain, runId, url: stage.server.url });
    await expect(discovery.queryEndpoint.mutate(queryOf({ of: silent.address }))).rejects.toMatchObject(refusal('ANNOUNCEMENT_MISSING'));
    await silent.stop();
  });

  it('is refused for an announcement that has expired', async () => {
    await stage.database.db.pool.query(`UPDATE "Announcement" SET "expiresAt" = now() - interval '1 second' WHERE node = $1`, [
      node.address,
    ]);
    await expect(discovery.queryEndpoint.mutate(queryOf())).rejects.toMatchObject(refusal('ANNOUNCEMENT_MISSING'));
    await node.announce({ sequence: 100 });
  });
});

describe('evidence', () => {
  it('is taken when a verdict on chain names its hash, and from nobody else’s imagination', async () => {
    await node.approve();
    const document = { runId, node: node.address, seq: 1, round: 1, document: EVIDENCE };
    await expect(discovery.publishEvidence.mutate(document)).resolves.toEqual({ accepted: true, hash: EVIDENCE_HASH });
    await expect(discovery.publishEvidence.mutate({ ...document, document: { made: 'up' } })).rejects.toMatchObject(
      refusal('EVIDENCE_MISMATCH'),
    );
  });

  it('is refused when it nests without end', async () => {
    const body = `{"runId":"${runId}","node":"${node.address}","seq":1,"round":1,"document":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
    const answer = await fetch(`${stage.server.url}/discovery/publishEvidence`, { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { data: { app: { code: 'BAD_INPUT', data: { issues: [{ path: 'document' }] } } } },
    });
  });
});

describe('a run that is closed', () => {
  it('takes no announcement and answers no query', async () => {
    await closeRun({ sender: stage.chain.sender('buyer'), registry: stage.chain.addresses.registry }, { runId });
    await expect(node.announce({ sequence: 200 })).rejects.toMatchObject(refusal('NOT_REGISTERED'));
    await expect(discovery.queryEndpoint.mutate(queryOf())).rejects.toMatchObject(refusal('NOT_REGISTERED'));
  });
});
