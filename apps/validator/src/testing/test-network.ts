import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { register } from '@muster/chain/actions/register';
import { computeRegistryAbi } from '@muster/chain/generated/compute-registry';
import { startDevChain } from '@muster/chain/testing/dev-chain';
import { capabilitiesHash } from '@muster/protocol/capabilities';
import type { createSealKey } from '@muster/protocol/crypto/sealed-box';
import { createSigner, type Signer } from '@muster/protocol/crypto/signer';
import { signMessage, verifyEnvelope } from '@muster/protocol/messages/define-message';
import { musterDomain } from '@muster/protocol/messages/domain';
import { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { EndpointQuery } from '@muster/protocol/messages/endpoint-query';
import { audienceOfOrigin, newHeader } from '@muster/protocol/messages/header';
import { NodeConsent } from '@muster/protocol/messages/node-consent';
import { RelayCall } from '@muster/protocol/messages/relay-call';
import { hashOfSealed, openRelayedRequest, sealedRequestSchema } from '@muster/protocol/relay/relayed-call';
import { z } from 'zod';
import { generatePrivateKey } from 'viem/accounts';
import type { Address, Hex } from 'viem';
import { CAPABILITIES } from '@muster/protocol/testing/capabilities';
import { answerChallenge, type TestNodeOptions } from './test-node.ts';

type SealKey = Awaited<ReturnType<typeof createSealKey>>;
const CAPABILITIES_HASH = capabilitiesHash(CAPABILITIES);

/** A real chain with one run; discovery and nodes over real HTTP in tRPC's form, keeping to the protocol. */
export async function startTestNetwork() {
  const chain = await startDevChain();
  const { registry } = chain.addresses;
  const domain = musterDomain({ chainId: chain.anvil.chainId, registry });
  const nodes = new Map<string, { signer: Signer; cheat: TestNodeOptions['cheat']; relayKey: SealKey | undefined }>();
  const published: { node: string; document: Record<string, unknown> }[] = [];
  const http = await startJsonServer(answer);
  const discoveryUri = `${http.url}/discovery`;
  const runId = await chain.createRun({ discoveryUri });

  async function answer(path: string, body: Record<string, unknown>): Promise<unknown> {
    if (path === '/discovery/queryEndpoint') return announce(body['envelope']);
    if (path === '/discovery/relay') return relay(body);
    if (path === '/discovery/publishEvidence') {
      const { node, document } = z.object({ node: z.string(), document: z.record(z.string(), z.unknown()) }).parse(body);
      published.push({ node, document });
      return { accepted: true };
    }
    return answerAs(path.split('/')[2] ?? '', body['envelope']);
  }

  function answerAs(address: string, envelope: unknown) {
    const node = nodes.get(address);
    if (!node) throw new Error(`there is no node ${address}`);
    return { envelope: answerChallenge(envelope, { ...node, domain, now: Date.now, capabilitiesHash: CAPABILITIES_HASH }) };
  }

  /** Discovery and the node behind it at once. */
  async function relay(body: Record<string, unknown>): Promise<{ sealed: Hex }> {
    const { envelope, sealed } = z.object({ envelope: z.unknown(), sealed: sealedRequestSchema }).parse(body);
    const audience = audienceOfOrigin(discoveryUri);
    const expectedSigner = chain.account('validator').address;
    const verified = verifyEnvelope(RelayCall, envelope, { domain, now: Date.now(), audience, expectedSigner });
    if (!verified.ok) throw verified.error;
    const { node, sealedHash } = verified.value.message;
    const key = nodes.get(node)?.relayKey;
    const request = key && sealedHash === hashOfSealed(sealed) && (await openRelayedRequest(key.privateKey, sealed, { runId, node }));
    if (!request) throw new Error('not sealed to this node');
    const { envelope: challenge } = z.object({ envelope: z.unknown() }).parse(JSON.parse(request.body));
    const answered = JSON.stringify({ result: { data: answerAs(node, challenge) } });
    return { sealed: await request.sealAnswer({ status: 200, body: answered }) };
  }

  function announce(query: unknown) {
    const verified = verifyEnvelope(EndpointQuery, query, {
      domain,
      now: Date.now(),
      audience: audienceOfOrigin(discoveryUri),
      expectedSigner: chain.account('validator').address,
    });
    if (!verified.ok) throw verified.error;
    const { node } = verified.value.message;
    const { signer, relayKey } = nodes.get(node) ?? {};
    if (!signer) throw new Error('unknown node');
    const header = newHeader({ runId, sender: node, audience: audienceOfOrigin(discoveryUri), now: Date.now(), ttlMs: 600_000 });
    const message = {
      ...header,
      seq: 1,
      sequence: 1,
      endpoint: relayKey ? '' : `${http.url}/node/${node}`,
      relay: relayKey !== undefined,
      encryptionKey: relayKey?.publicKey ?? `0x${'09'.repeat(32)}`,
      capabilitiesHash: CAPABILITIES_HASH,
    };
    return { announcement: signMessage(EndpointAnnouncement, message, { domain, signer }), capabilities: CAPABILITIES };
  }

  return {
    chain,
    runId,
    published,
    /** `relayKey`: the node has no endpoint, and discovery relays to it. */
    async registerNode(cheat?: TestNodeOptions['cheat'], relayKey?: SealKey): Promise<Address> {
      const signer = createSigner(generatePrivateKey());
      const sender = chain.sender('provider');
      const { timestamp } = await chain.client.getBlock();
      const deadline = Number(timestamp) + 3600;
      const terms = { runId, provider: sender.address, node: signer.address, capabilitiesHash: CAPABILITIES_HASH, seq: 1, deadline };
      const { signature } = signMessage(NodeConsent, terms, { domain, signer });
      nodes.set(signer.address, { signer, cheat, relayKey });
      await register({ sender, registry }, { ...terms, deadline: BigInt(deadline), consent: signature });
      return signer.address;
    },
    /** Every verdict on the node, as the chain's log has it. */
    verdictsOn: (node: Address) =>
      chain.client
        .getContractEvents({ address: registry, abi: computeRegistryAbi, eventName: 'VerdictSubmitted', args: { node }, fromBlock: 0n })
        .then((logs) => logs.map(({ args }) => args)),
    async stop() {
      await http.stop();
      await chain.stop();
    },
  };
}

async function startJsonServer(answer: (path: string, body: Record<string, unknown>) => Promise<unknown>) {
  const server = createServer((request, response) => {
    void readJson(request)
      .then((body) => answer((request.url ?? '').replace(/\/challenge$/, ''), body))
      .then(
        (data) => response.end(JSON.stringify({ result: { data } })),
        (error: unknown) =>
          response
            .writeHead(500)
            .end(
              JSON.stringify({ error: { message: String(error), code: -32603, data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500 } } }),
            ),
      );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.concat(chunks).toString()));
}
