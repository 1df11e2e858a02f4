import { randomBytes } from 'node:crypto';
import { type Address, type Hex, toHex } from 'viem';
import { capabilitiesHash as hashOf, capabilitiesSchema } from '@muster/protocol/capabilities';
import type { ErrorCode } from '@muster/protocol/errors/codes';
import { createSigner } from '@muster/protocol/crypto/signer';
import { type Envelope, type Message, signMessage } from '@muster/protocol/messages/define-message';
import { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { EndpointQuery } from '@muster/protocol/messages/endpoint-query';
import { audienceOfAddress, audienceOfOrigin, newHeader } from '@muster/protocol/messages/header';
import { Invite } from '@muster/protocol/messages/invite';
import { EvidenceError } from './arrow.ts';
import type { PreparedRun, RegisteredNode, Smoke } from './context.ts';

// Each arrow that says "checks" is only proved when the check also refuses: these are the ones to refuse.

const stranger = () => createSigner(toHex(randomBytes(32)));
const randomHash = (): Hex => toHex(randomBytes(32));
const ttlMs = 30_000;

/** Posts to a tRPC procedure and demands that it is refused with the expected code. */
async function refusalOf(
  url: string,
  expected: ErrorCode,
  input: { envelope: Envelope<Message> } & Record<string, unknown>,
): Promise<string> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(input) });
  const answer = (await response.json()) as { error?: { data?: { app?: { code?: string } } } };
  const code = answer.error?.data?.app?.code;
  if (code !== expected)
    throw new EvidenceError(`${url} answers a stranger with ${response.status} ${JSON.stringify(answer)} instead of ${expected}`);
  return code;
}

/** A well-signed announcement by a node that never registered. */
export async function announceAsStranger(
  { domain, db, minerPort }: Smoke,
  { runId, discoveryUri }: PreparedRun,
): Promise<{ code: string; stranger: Address }> {
  const signer = stranger();
  const real = await db.prisma.announcement.findFirstOrThrow({ where: { runId } });
  const header = newHeader({ runId, sender: signer.address, audience: audienceOfOrigin(discoveryUri), now: Date.now(), ttlMs });
  const capabilitiesHash = hashOf(capabilitiesSchema.parse(real.capabilities));
  const announcement = {
    ...header,
    seq: 1,
    sequence: 1,
    endpoint: `http://127.0.0.1:${minerPort}`,
    relay: false,
    encryptionKey: randomHash(),
    capabilitiesHash,
  };
  const envelope = signMessage(EndpointAnnouncement, announcement, { domain, signer });
  return {
    code: await refusalOf(`${discoveryUri}/announce`, 'NOT_REGISTERED', { envelope, capabilities: real.capabilities }),
    stranger: signer.address,
  };
}

/** A well-signed query by somebody who neither validates the run nor is its master. */
export async function queryAsStranger(
  { domain }: Smoke,
  { runId, discoveryUri, node }: RegisteredNode,
  role: 'validator' | 'master',
): Promise<string> {
  const signer = stranger();
  const header = newHeader({ runId, sender: signer.address, audience: audienceOfOrigin(discoveryUri), now: Date.now(), ttlMs });
  return refusalOf(`${discoveryUri}/queryEndpoint`, role === 'master' ? 'NOT_RUN_MASTER' : 'NOT_A_VALIDATOR', {
    envelope: signMessage(EndpointQuery, { ...header, node, role }, { domain, signer }),
  });
}

/** An invite signed by a key that is not the run's master, straight to the node. */
export async function inviteAsStranger({ domain, minerPort, network }: Smoke, { runId, node, seq }: RegisteredNode): Promise<string> {
  const signer = stranger();
  const header = newHeader({ runId, sender: signer.address, audience: audienceOfAddress(node), now: Date.now(), ttlMs });
  const invite = { ...header, seq, masterEpoch: 1, masterUrl: `${network.url}/master`, heartbeatMs: 30_000, lostAfterMs: 120_000 };
  return refusalOf(`http://127.0.0.1:${minerPort}/invite`, 'INVITE_FORGED', { envelope: signMessage(Invite, invite, { domain, signer }) });
}
