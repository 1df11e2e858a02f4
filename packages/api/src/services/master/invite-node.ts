import { postponeInvite, recordAcknowledgment, recordInvite } from '@muster/db/repositories/node-states';
import type { RegistrationRow, RunRow } from '@muster/db/rows';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { Acknowledgment } from '@muster/protocol/messages/acknowledgment';
import { digestOf, verifyEnvelope } from '@muster/protocol/messages/define-message';
import { audienceOfAddress, newHeader } from '@muster/protocol/messages/header';
import { Invite } from '@muster/protocol/messages/invite';
import { acceptOnce } from '@muster/protocol/messages/nonce-guard';
import { signWithRetry } from '@muster/protocol/messages/sign-with-retry';
import type { Deps } from '../../app/deps.ts';
import { runTopic } from '../../live/topics.ts';
import { createMinerClient } from '../../miner.ts';
import { peerError } from '../peer-error.ts';
import { wayTo } from '../way-to-node.ts';
import { findEndpoint, type Endpoint } from './find-endpoint.ts';

const INVITE_TTL_MS = 120_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

export type Candidate = { run: RunRow; registration: RegistrationRow; attempts: number };

/** Asks discovery for the node, sends it the signed invite and keeps its signed acknowledgment. A failure is noted and tried again later. */
export async function inviteNode(deps: Deps, candidate: Candidate): Promise<void> {
  const { db, logger } = deps;
  const { run, registration, attempts } = candidate;
  const key = { runId: run.runId, node: registration.node, seq: registration.seq };
  const retryAfterMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts, 16));
  try {
    const endpoint = await findEndpoint(deps, run, registration);
    await sendInvite(deps, { candidate, endpoint, retryAfterMs });
    deps.live.publish(['reconcile', runTopic(run.runId, 'node')]);
  } catch (error) {
    const refusal = AppError.is(error) ? error : new AppError('INTERNAL', { cause: error });
    const log = { event: 'invite.failed', ...key, code: refusal.code, attempts: attempts + 1, retryAfterMs };
    if (refusal.code === 'INTERNAL') logger.error({ ...log, err: error }, 'inviting a node failed unexpectedly');
    else logger.info(log, refusal.publicMessage);
    await postponeInvite(db, { ...key, retryAfterMs, reason: `${refusal.code}: ${refusal.publicMessage}` });
  }
}

async function sendInvite(
  deps: Deps,
  { candidate, endpoint, retryAfterMs }: { candidate: Candidate; endpoint: Endpoint; retryAfterMs: number },
): Promise<void> {
  const { db, domain, signer, clock, nonces, settings, logger } = deps;
  const { run, registration } = candidate;
  const { node, seq } = registration;
  const { runId, masterEpoch } = run;
  const { masterUrl, heartbeatMs, lostAfterMs } = settings;
  const client = createMinerClient(wayTo(deps, endpoint.location));
  const sent = await signWithRetry(Invite, {
    domain,
    signer,
    now: clock.now(),
    build: (now) => ({
      ...newHeader({ runId, sender: signer.address, audience: audienceOfAddress(node), now, ttlMs: INVITE_TTL_MS }),
      seq,
      masterEpoch,
      masterUrl,
      heartbeatMs,
      lostAfterMs,
    }),
    send: async (invite) => {
      const inviteDigest = digestOf(Invite, invite.message, domain);
      logger.info({ event: 'invite.sent', runId, node, seq, masterEpoch, inviteDigest }, 'invite sent');
      return { inviteDigest, answer: await client.invite.mutate({ envelope: invite }) };
    },
  }).catch((error: unknown) => {
    throw peerError(error, 'ENDPOINT_UNREACHABLE');
  });

  const audience = audienceOfAddress(signer.address);
  const acknowledged = unwrap(
    verifyEnvelope(Acknowledgment, sent.answer.envelope, { domain, now: clock.now(), audience, expectedSigner: node }),
  );
  const { message } = acknowledged;
  if (message.runId !== runId || message.seq !== seq || message.inviteDigest !== sent.inviteDigest) throw new AppError('INVITE_UNKNOWN');
  unwrap(await acceptOnce(nonces, acknowledged));
  // Only now: an invite that does not get through must not take the place of one under which the node may still come back.
  await recordInvite(db, {
    runId,
    node,
    seq,
    masterEpoch,
    inviteDigest: sent.inviteDigest,
    capabilities: endpoint.capabilities,
    retryAfterMs,
  });
  await recordAcknowledgment(db, { runId, node, seq, inviteDigest: sent.inviteDigest, acknowledgment: sent.answer.envelope });
  logger.info({ event: 'invite.acknowledged', runId, node, seq, inviteDigest: sent.inviteDigest }, 'the node acknowledged the invite');
}
