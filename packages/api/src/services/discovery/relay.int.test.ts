import { createTRPCClient, httpLink } from '@trpc/client';
import { devKey } from '@muster/chain/dev/dev-accounts';
import { ROLES } from '@muster/chain/testing/dev-chain';
import { createSealKey } from '@muster/protocol/crypto/sealed-box';
import { createSigner, type Signer } from '@muster/protocol/crypto/signer';
import { AppError } from '@muster/protocol/errors/app-error';
import { signMessage } from '@muster/protocol/messages/define-message';
import { Challenge } from '@muster/protocol/messages/challenge';
import { audienceOfAddress, audienceOfOrigin, newHeader } from '@muster/protocol/messages/header';
import { RelayCall } from '@muster/protocol/messages/relay-call';
import { reachNode } from '@muster/protocol/relay/reach-node';
import { hashOfSealed, sealRelayedRequest } from '@muster/protocol/relay/relayed-call';
import type { Hex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMinerClient } from '../../miner.ts';
import { setUpStage, type Stage } from '../../testing/setup.ts';
import { startTestNode, type TestNode } from '../../testing/test-node.ts';
import { openTestRelay, type TestRelay, type TestRelayOptions } from '../../testing/test-relay.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { waitUntil } from '../../testing/wait-until.ts';
import type { DiscoveryRouter } from '../../types.ts';

let stage: Stage;
/** A second copy of the server, on the same database. */
let copy: TestServer;
let runId: string;
let node: TestNode;
const key = await createSealKey();
const relays: TestRelay[] = [];
const validator = createSigner(devKey(ROLES.validator));
const master = createSigner(devKey(ROLES.master));

beforeAll(async () => {
  stage = await setUpStage();
  copy = await startTestServer({ databaseUrl: stage.database.url, chain: stage.chain, publicUrl: stage.server.url });
  runId = await stage.createRun();
  node = await startTestNode({ chain: stage.chain, runId, url: stage.server.url });
  await node.announce({ relay: key.publicKey });
});

afterAll(async () => {
  await Promise.all(relays.map((relay) => relay.close()));
  await node.stop();
  await copy.stop();
  await stage.stop();
});

const discoveryAt = (url: string) => createTRPCClient<DiscoveryRouter>({ links: [httpLink({ url: `${url}/discovery` })] });

/** Opened at `url`, and there: discovery has said so. */
async function openRelay(
  url: string,
  over: Pick<TestRelayOptions, 'sequence' | 'mute' | 'refuse' | 'answer'> = {},
  of: TestNode = node,
): Promise<TestRelay> {
  const relay = openTestRelay({ node: of, runId, domain: stage.domain, url, origin: stage.server.url, key, ...over });
  relays.push(relay);
  await waitUntil('an answer', () => relay.items.length > 0 || relay.error() !== undefined);
  return relay;
}

/** Every byte that discovery saw of the calls made by `ask`. */
const passed: string[] = [];

type Ask = { url?: string; timeoutMs?: number; of?: TestNode; asker?: Signer; role?: 'validator' | 'master' };
function ask({ url = stage.server.url, timeoutMs = 120_000, of = node, asker = validator, role = 'validator' }: Ask = {}) {
  const { domain } = stage;
  const reached = reachNode(
    { kind: 'relay', discoveryUri: `${stage.server.url}/discovery`, runId, node: of.address, encryptionKey: key.publicKey },
    {
      domain,
      signer: asker,
      role,
      now: Date.now,
      timeoutMs,
      fetch: () => Promise.reject(new Error('the node has no endpoint')),
      relay: async (_uri, call) => {
        const { sealed } = await discoveryAt(url).relay.mutate(call);
        passed.push(JSON.stringify(call), sealed);
        return sealed;
      },
    },
  );
  const header = newHeader({ runId, sender: validator.address, audience: audienceOfAddress(of.address), now: Date.now(), ttlMs: 60_000 });
  const challenge = signMessage(Challenge, { ...header, seq: 1, round: 1, kind: 'identity', params: '{}' }, { domain, signer: validator });
  return createMinerClient(reached).challenge.mutate({ envelope: challenge });
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'answered',
    (error: unknown) => {
      const cause = error instanceof Error ? error.cause : undefined;
      return (AppError.fromWire(error) ?? AppError.fromWire(cause))?.code ?? String(error);
    },
  );

/** The node of this test refuses every challenge: that its refusal comes back is the proof that it was asked. */
const ANSWERED = 'CHALLENGE_KIND_UNKNOWN';

function callOf({
  signer = validator,
  role = 'validator',
  sealed,
  hash,
}: {
  signer?: Signer;
  role?: 'validator' | 'master';
  sealed: Hex;
  hash?: Hex;
}) {
  const header = newHeader({
    runId,
    sender: signer.address,
    audience: audienceOfOrigin(stage.server.url),
    now: Date.now(),
    ttlMs: 120_000,
  });
  const message = { ...header, node: node.address, role, sealedHash: hash ?? hashOfSealed(sealed) };
  return { envelope: signMessage(RelayCall, message, { domain: stage.domain, signer }), sealed };
}
const sealSomething = async () =>
  (await sealRelayedRequest({ to: { runId, node: node.address }, encryptionKey: key.publicKey, path: 'challenge', body: '{}' })).sealed;

describe('a node behind NAT', () => {
  it('is asked and answers over its own socket', async () => {
    await openRelay(stage.server.url);
    expect(await codeOf(ask())).toBe(ANSWERED);
  });

  it('is reached through whichever copy of the server, whichever it is connected to', async () => {
    await openRelay(copy.url);
    expect(await codeOf(ask())).toBe(ANSWERED);
    expect(await codeOf(ask({ url: copy.url }))).toBe(ANSWERED);
    await openRelay(stage.server.url);
    expect(await codeOf(ask({ url: copy.url }))).toBe(ANSWERED);
  });

  it('tells discovery nothing: neither what it is asked nor what it answers', async () => {
    await openRelay(stage.server.url);
    const { rows } = await stage.database.db.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM "RelayedCall"');
    expect(rows).toEqual([{ n: 0 }]);
    passed.length = 0;
    await ask().catch(() => undefined);
    const bytes = passed
      .map((text) => (/0x([0-9a-f]{200,})/.exec(text)?.[1] ?? '').trim())
      .map((hex) => Buffer.from(hex, 'hex').toString('latin1'));
    expect(passed).toHaveLength(2);
    for (const text of [...passed, ...bytes]) {
      expect(text.length).toBeGreaterThan(100);
      for (const word of ['identity', 'challenge', 'Challenge', ANSWERED, 'params']) expect(text).not.toContain(word);
    }
  });

  it('is invited by its master, and acknowledges', async () => {
    await openRelay(copy.url);
    await node.approve();
    await waitUntil('an invite', () => node.invites.length > 0);
    const view = () => stage.buyer.client.node.get.query({ runId, node: node.address });
    await waitUntil('the acknowledgment', async () => (await view()).phase === 'Invited');
  });

  it('has one link: a newer socket ends the older one, on another copy too', async () => {
    const older = await openRelay(copy.url);
    const newer = await openRelay(stage.server.url);
    await waitUntil('the end of the older', () => older.error() !== undefined);
    expect(AppError.fromWire(older.error())?.code).toBe('RELAY_SUPERSEDED');
    const late = await openRelay(stage.server.url, { sequence: 1 });
    expect(AppError.fromWire(late.error())?.code).toBe('RELAY_SUPERSEDED');
    expect(newer.error()).toBeUndefined();
    expect(await codeOf(ask())).toBe(ANSWERED);
  });

  it('is given again what its broken socket was given, and answers it', async () => {
    const dead = await openRelay(stage.server.url, { mute: true });
    const answer = codeOf(ask());
    await waitUntil('the call at the node', () => dead.items.length > 1);
    await openRelay(copy.url);
    expect(await answer).toBe(ANSWERED);
  });

  it('may answer with a matrix, and with no more than two megabytes', async () => {
    const answerWith = (length: number) => {
      const body = JSON.stringify({ result: { data: { envelope: 'm'.repeat(length) } } });
      return openRelay(copy.url, { answer: { status: 200, body } });
    };
    const wordsOf = () =>
      ask().then(
        ({ envelope }) => JSON.stringify(envelope).length - 2,
        () => 'nothing',
      );
    await answerWith(1_900_000);
    expect(await wordsOf()).toBe(1_900_000);
    const relay = await answerWith(2_110_000);
    const answer = wordsOf();
    await waitUntil('what discovery says to it', () => relay.refused.length > 0);
    expect(AppError.fromWire(relay.refused[0])?.code).toBe('BAD_INPUT');
    // Until somebody says that there is no answer the call waits for one.
    await openRelay(copy.url, { refuse: true });
    expect(await answer).toBe('nothing');
  });

  it('says at once that it has no answer to what it cannot open', async () => {
    await openRelay(stage.server.url, { refuse: true });
    expect(await codeOf(ask({ timeoutMs: 250_000 }))).toBe('ENDPOINT_UNREACHABLE');
  });

  it('is not waited for beyond the call’s own time', async () => {
    await openRelay(stage.server.url, { mute: true });
    expect(await codeOf(ask({ timeoutMs: 300 }))).toBe('ENDPOINT_UNREACHABLE');
  });

  it('has so many calls of one asker waiting and no more, and still hears others', async () => {
    // One that no master invites meanwhile.
    const busy = await startTestNode({ chain: stage.chain, runId, url: stage.server.url });
    await busy.announce({ relay: key.publicKey });
    await openRelay(stage.server.url, { mute: true }, busy);
    const codes = Array.from({ length: 3 }, () => codeOf(ask({ of: busy })));
    const count = 'SELECT 1 FROM "RelayedCall" WHERE node = $1';
    const waiting = async () => (await stage.database.db.pool.query(count, [busy.address])).rows.length;
    await waitUntil('all three', async () => (await waiting()) === 3);
    expect(await codeOf(ask({ of: busy }))).toBe('RATE_LIMITED');
    codes.push(codeOf(ask({ of: busy, asker: master, role: 'master' })));
    await waitUntil('the master’s', async () => (await waiting()) === 4);
    await openRelay(stage.server.url, {}, busy);
    expect(await Promise.all(codes)).toEqual(Array.from({ length: 4 }, () => ANSWERED));
    await busy.stop();
  });

  it('is refused soon when it keeps no socket', async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.close()));
    const start = performance.now();
    expect(await codeOf(ask({ timeoutMs: 250_000 }))).toBe('ENDPOINT_UNREACHABLE');
    expect(performance.now() - start).toBeLessThan(125_000);
  });
});

describe('a relayed call', () => {
  it('is for validators of the run and its master alone', async () => {
    const relay = (over: { signer: Signer; role?: 'validator' | 'master' }) =>
      sealSomething().then((sealed) => codeOf(discoveryAt(stage.server.url).relay.mutate(callOf({ sealed, ...over }))));
    expect(await relay({ signer: createSigner(devKey(ROLES.stranger)) })).toBe('NOT_A_VALIDATOR');
    expect(await relay({ signer: validator, role: 'master' })).toBe('NOT_RUN_MASTER');
  });

  it('is for the sealed bytes that were signed for, once', async () => {
    const { relay } = discoveryAt(stage.server.url);
    const [sealed, other] = [await sealSomething(), await sealSomething()];
    expect(await codeOf(relay.mutate(callOf({ sealed, hash: hashOfSealed(other) })))).toBe('BAD_INPUT');
    await openRelay(stage.server.url);
    const call = callOf({ sealed });
    expect(await codeOf(relay.mutate(call))).toBe('answered');
    expect(await codeOf(relay.mutate(call))).toBe('NONCE_REPLAYED');
  });
});

describe('a relay link', () => {
  it('is for the node that the chain knows, under its present registration', async () => {
    const stranger = { ...node, signer: createSigner(devKey(ROLES.stranger)) };
    const options = { runId, domain: stage.domain, url: stage.server.url, origin: stage.server.url, key };
    const [unknown, stale] = [openTestRelay({ ...options, node: stranger }), openTestRelay({ ...options, node: { ...node, seq: 2 } })];
    relays.push(unknown, stale);
    const codeWhenEnded = async (relay: TestRelay) => {
      await waitUntil('its end', () => relay.error() !== undefined);
      return AppError.fromWire(relay.error())?.code;
    };
    expect([await codeWhenEnded(unknown), await codeWhenEnded(stale)]).toEqual(['NOT_REGISTERED', 'STALE_REGISTRATION']);
  });
});
