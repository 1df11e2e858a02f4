import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import type { Signer } from '@muster/protocol/crypto/signer';
import { Acknowledgment } from '@muster/protocol/messages/acknowledgment';
import { signMessage, verifyEnvelope, type Envelope, type Verified } from '@muster/protocol/messages/define-message';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import { audienceOfAddress, newHeader } from '@muster/protocol/messages/header';
import { Invite } from '@muster/protocol/messages/invite';
import { acceptOnce, type NonceStore } from '@muster/protocol/messages/nonce-guard';
import { checkUrl } from '@muster/runtime/guarded-url';
import type { Logger } from '@muster/runtime/logger';
import type { AcceptedInvite } from '../state/agent-state.ts';
import { ASK_ANEW, type RunView } from './run-view.ts';

export interface InviteDeskOptions {
  domain: MusterDomain;
  signer: Signer;
  runId: string;
  view: RunView;
  nonces: NonceStore;
  allowPrivate: boolean;
  accept: (invite: AcceptedInvite) => Promise<void>;
  logger: Logger;
  now: () => number;
}

const ACKNOWLEDGMENT_TTL_MS = 60_000;

/** Takes the invite of the run's present master and of nobody else. */
export function createInviteDesk(options: InviteDeskOptions): (envelope: unknown) => Promise<Envelope<Acknowledgment>> {
  const { domain, signer, runId, view, nonces, allowPrivate, accept, logger, now } = options;

  async function verify(envelope: unknown): Promise<Verified<Invite>> {
    const audience = audienceOfAddress(signer.address);
    const verified = unwrap(verifyEnvelope(Invite, envelope, { domain, now: now(), audience }));
    const { message } = verified;
    if (message.runId !== runId) throw new AppError('AUDIENCE_WRONG', { publicMessage: 'This node serves another run' });
    checkMasterUrl(message.masterUrl, allowPrivate);
    await checkMaster(message);
    await checkStanding(message);
    return unwrap(await acceptOnce(nonces, verified));
  }

  /** "Run's master (masterEpoch)": a former master is told apart from a forger. */
  async function checkMaster({ sender, masterEpoch }: Invite): Promise<void> {
    const isNamed = (run: { master: string; masterEpoch: number }) => run.master === sender && run.masterEpoch === masterEpoch;
    const run = await view.run([], ASK_ANEW);
    if (isNamed(run)) return;
    const wasMaster = masterEpoch <= run.masterEpoch && (await view.masterOf([masterEpoch])) === sender;
    throw new AppError(wasMaster ? 'INVITE_STALE_MASTER' : 'INVITE_FORGED', { data: { master: run.master, masterEpoch: run.masterEpoch } });
  }

  /** "Node approved (seq)". */
  async function checkStanding({ seq }: Invite): Promise<void> {
    const registration = await view.registration([], ASK_ANEW);
    if (registration?.seq !== seq) throw new AppError('STALE_REGISTRATION', { data: { seq: registration?.seq ?? 0 } });
    if (registration.standing !== 'Approved') throw new AppError('NOT_APPROVED', { data: { standing: registration.standing } });
  }

  async function take(envelope: unknown): Promise<Envelope<Acknowledgment>> {
    const { message, digest } = await verify(envelope);
    const { sender: master, masterEpoch, seq, masterUrl, lostAfterMs } = message;
    logger.info(
      { event: 'invite.verified', master, masterEpoch, seq, inviteDigest: digest },
      "the invite is of the run's master, as the chain says",
    );
    await accept({ digest, master, masterEpoch, seq, masterUrl, lostAfterMs, acceptedAt: now() });
    const header = newHeader({
      runId,
      sender: signer.address,
      audience: audienceOfAddress(master),
      now: now(),
      ttlMs: ACKNOWLEDGMENT_TTL_MS,
    });
    const signed = signMessage(Acknowledgment, { ...header, inviteDigest: digest, seq }, { domain, signer });
    logger.info({ event: 'invite.acknowledged', master, inviteDigest: digest }, 'the invite is acknowledged');
    return signed;
  }

  return async (envelope) => {
    try {
      return await take(envelope);
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'INTERNAL';
      logger.warn({ event: 'invite.refused', code, err: error }, 'an invite was refused');
      throw error;
    }
  };
}

function checkMasterUrl(masterUrl: string, allowPrivate: boolean): void {
  try {
    checkUrl(masterUrl, { allowPrivate });
  } catch (cause) {
    throw new AppError('ADDRESS_REFUSED', { cause });
  }
}
