import { randomUUID } from 'node:crypto';
import { raiseOrderVersion } from '@muster/db/repositories/issue-orders';
import { findNode, type NodeOverview } from '@muster/db/repositories/nodes';
import { findRun } from '@muster/db/repositories/runs';
import { openSession as openSessionRow } from '@muster/db/repositories/sessions';
import { appendTimeline } from '@muster/db/repositories/timeline';
import type { RunRow } from '@muster/db/rows';
import { createEphemeral, deriveSessionKeys } from '@muster/protocol/crypto/mac';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { signMessage, verifyEnvelope, type Verified } from '@muster/protocol/messages/define-message';
import { audienceOfAddress, newHeader } from '@muster/protocol/messages/header';
import { acceptOnce } from '@muster/protocol/messages/nonce-guard';
import { SessionAccept } from '@muster/protocol/messages/session-accept';
import { SessionOpen } from '@muster/protocol/messages/session-open';
import type { Deps } from '../../app/deps.ts';
import { ordersTopic, runTopic } from '../../live/topics.ts';
import type { IncomingEnvelope } from '../../shapes/envelope.ts';
import { standingNow } from '../master/node-facts.ts';
import type { SessionService } from './session-service.ts';

/** The acknowledgment travels in the answer to the invite, so a quick node opens its session while it is still being written. */
const ACKNOWLEDGMENT_WAIT_MS = 2_000;
const ACCEPT_TTL_MS = 60_000;

/** Opens the session that an acknowledged invite entitles a node to. Throws INVITE_UNKNOWN, NOT_APPROVED, STALE_GENERATION and whatever the envelope deserves. */
export async function openSession(deps: Deps, envelope: IncomingEnvelope): ReturnType<SessionService['open']> {
  const { db, clock, domain, signer, nonces, settings, live } = deps;
  const audience = audienceOfAddress(signer.address);
  const opened = unwrap(verifyEnvelope(SessionOpen, envelope, { domain, now: clock.now(), audience }));
  const { message } = opened;
  const run = await servedRun(deps, message.runId);
  await requireInvite(deps, run, message);
  unwrap(await acceptOnce(nonces, opened));

  const ephemeral = createEphemeral();
  const sessionId = randomUUID();
  const { runId, sender: node, seq, inviteDigest, generation } = message;
  const keys = deriveSessionKeys({
    privateKey: ephemeral.privateKey,
    peerPublicKey: message.ephemeralKey,
    inviteDigest,
    sessionId,
    generation,
  });
  const session = await openSessionRow(db, {
    sessionId,
    runId,
    node,
    seq,
    generation,
    inviteDigest,
    keyFromNode: keys.nodeToMaster,
    keyToNode: keys.masterToNode,
  });
  if (!session.opened) throw new AppError('STALE_GENERATION', { data: { newestGeneration: session.newestGeneration } });
  // Of a term that has not begun it can have seen nothing; believed, it would be beyond the reach of every order.
  const masterEpoch = Math.min(message.orderEpoch, run.masterEpoch);
  await raiseOrderVersion(db, { runId, node, masterEpoch, counter: message.orderCounter });
  if (session.superseded) await alarm(deps, opened, session.superseded.generation);

  live.publish(['reconcile', runTopic(runId, 'node'), ordersTopic(runId, node)]);
  deps.logger.info({ event: 'session.opened', runId, node, sessionId, generation }, 'a node opened its session');
  const { heartbeatMs, lostAfterMs } = settings;
  const header = newHeader({ runId, sender: signer.address, audience: audienceOfAddress(node), now: clock.now(), ttlMs: ACCEPT_TTL_MS });
  const accept = {
    ...header,
    openDigest: opened.digest,
    sessionId,
    generation,
    ephemeralKey: ephemeral.publicKey,
    heartbeatMs,
    lostAfterMs,
  };
  return { envelope: signMessage(SessionAccept, accept, { domain, signer }) };
}

async function servedRun({ db, signer }: Deps, runId: string): Promise<RunRow> {
  const run = await findRun(db, runId);
  if (run === null) throw new AppError('RUN_UNKNOWN');
  if (run.master !== signer.address) throw new AppError('NOT_RUN_MASTER');
  if (run.closedAt !== null) throw new AppError('RUN_CLOSED');
  return run;
}

async function requireInvite({ db, clock }: Deps, run: RunRow, message: SessionOpen): Promise<void> {
  const deadline = clock.now() + ACKNOWLEDGMENT_WAIT_MS;
  for (;;) {
    const node = await findNode(db, { runId: run.runId, node: message.sender });
    const standing = node === null ? 'None' : standingNow({ registration: node.registration, run, nowMs: clock.now() });
    if (node === null || standing !== 'Approved' || node.registration.seq !== message.seq)
      throw new AppError('NOT_APPROVED', { data: { standing } });
    if (isAcknowledged(node, { inviteDigest: message.inviteDigest, masterEpoch: run.masterEpoch })) return;
    if (clock.now() > deadline) throw new AppError('INVITE_UNKNOWN');
    await clock.sleep(50);
  }
}

const isAcknowledged = ({ state }: NodeOverview, { inviteDigest, masterEpoch }: { inviteDigest: string; masterEpoch: number }): boolean =>
  state !== null && state.acknowledgedAt !== null && state.inviteDigest === inviteDigest && state.inviteEpoch === masterEpoch;

/** Two machines with one key, or a node that restarted: the buyer sees it either way. */
async function alarm({ db, logger }: Deps, { message, signer }: Verified<SessionOpen>, oldGeneration: number): Promise<void> {
  const { runId, generation } = message;
  logger.warn(
    { event: 'session.superseded', runId, node: signer, oldGeneration, generation },
    'a newer session takes the place of an open one',
  );
  await appendTimeline(db.pool, [
    {
      runId,
      actor: signer,
      subject: signer,
      kind: 'session',
      from: `generation ${oldGeneration}`,
      to: `generation ${generation}`,
      reason: 'a newer session superseded the open one',
    },
  ]);
}
