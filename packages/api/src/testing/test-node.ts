import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { createServer } from 'node:http';
import { createTRPCClient, httpLink } from '@trpc/client';
import { register } from '@muster/chain/actions/register';
import { submitVerdict } from '@muster/chain/actions/submit-verdict';
import type { DevChain } from '@muster/chain/testing/dev-chain';
import { hashJson } from '@muster/protocol/canonical-json';
import { capabilitiesHash, type CapabilityDocument } from '@muster/protocol/capabilities';
import { createSigner, type Signer } from '@muster/protocol/crypto/signer';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { Acknowledgment } from '@muster/protocol/messages/acknowledgment';
import { signMessage, verifyEnvelope } from '@muster/protocol/messages/define-message';
import { musterDomain } from '@muster/protocol/messages/domain';
import { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { audienceOfAddress, audienceOfOrigin, newHeader } from '@muster/protocol/messages/header';
import { Invite } from '@muster/protocol/messages/invite';
import { CAPABILITIES } from '@muster/protocol/testing/capabilities';
import { NodeConsent } from '@muster/protocol/messages/node-consent';
import type { Address, Hash, Hex } from 'viem';
import { createMinerRouter } from '../miner.ts';
import type { DiscoveryRouter } from '../types.ts';

/** The document behind every verdict of these tests. */
export const EVIDENCE = { kind: 'test', passed: true };
export const EVIDENCE_HASH: Hash = hashJson(EVIDENCE);

export type AcceptedInvite = { invite: Invite; digest: Hex };

export type TestNode = {
  signer: Signer;
  address: Address;
  seq: number;
  /** The endpoint that it announces; it answers invites there. */
  endpoint: string;
  /** Invites that it acknowledged, oldest first. */
  invites: AcceptedInvite[];
  /** `relay`: the key to which relayed calls are sealed, in place of an endpoint. */
  announce(over?: { sequence?: number; endpoint?: string; relay?: Hex; capabilities?: CapabilityDocument }): Promise<{ standing: string }>;
  /** What would be POSTed to its endpoint. */
  call(path: string, body: string): Promise<Response>;
  approve(): Promise<void>;
  stop(): Promise<void>;
};

/** A miner of this test's own: a real key, registered on the real chain, that answers invites over real HTTP. */
export async function startTestNode({ chain, runId, url }: { chain: DevChain; runId: string; url: string }): Promise<TestNode> {
  const signer = createSigner(`0x${randomBytes(32).toString('hex')}`);
  const { registry } = chain.addresses;
  const domain = musterDomain({ chainId: chain.anvil.chainId, registry });
  const hash = capabilitiesHash(CAPABILITIES);
  const provider = chain.sender('provider');
  const deadline = Math.floor(Date.now() / 1000) + 86_400;
  const consent = signMessage(
    NodeConsent,
    { runId, provider: provider.address, node: signer.address, capabilitiesHash: hash, seq: 1, deadline },
    { domain, signer },
  );
  const { seq } = await register(
    { sender: provider, registry },
    { runId, node: signer.address, capabilitiesHash: hash, deadline: BigInt(deadline), consent: consent.signature },
  );

  const invites: AcceptedInvite[] = [];
  const router = createMinerRouter({
    challenge: () => Promise.reject(new AppError('CHALLENGE_KIND_UNKNOWN')),
    invite: async (envelope) => {
      const now = Date.now();
      const { message, digest } = unwrap(verifyEnvelope(Invite, envelope, { domain, now, audience: audienceOfAddress(signer.address) }));
      invites.push({ invite: message, digest });
      const header = newHeader({ runId, sender: signer.address, audience: audienceOfAddress(message.sender), now, ttlMs: 60_000 });
      return signMessage(Acknowledgment, { ...header, inviteDigest: digest, seq }, { domain, signer });
    },
  });
  const server = createServer(createHTTPHandler({ router }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const discovery = createTRPCClient<DiscoveryRouter>({ links: [httpLink({ url: `${url}/discovery` })] });
  let sequence = 0;

  return {
    signer,
    address: signer.address,
    seq,
    endpoint,
    invites,
    announce(over = {}) {
      sequence = over.sequence ?? sequence + 1;
      const capabilities = over.capabilities ?? CAPABILITIES;
      const header = newHeader({ runId, sender: signer.address, audience: audienceOfOrigin(url), now: Date.now(), ttlMs: 600_000 });
      const message = {
        ...header,
        seq,
        sequence,
        endpoint: over.relay ? '' : (over.endpoint ?? endpoint),
        relay: over.relay !== undefined,
        encryptionKey: over.relay ?? EVIDENCE_HASH,
        capabilitiesHash: capabilitiesHash(capabilities),
      };
      return discovery.announce.mutate({ envelope: signMessage(EndpointAnnouncement, message, { domain, signer }), capabilities });
    },
    call: (path, body) => {
      const req = new Request(`http://node/${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      return fetchRequestHandler({ router, endpoint: '', req });
    },
    async approve() {
      await submitVerdict(
        { sender: chain.sender('validator'), registry },
        { runId, node: signer.address, seq, round: 1, approve: true, evidenceHash: EVIDENCE_HASH },
      );
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
