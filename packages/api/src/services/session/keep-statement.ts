import { recordKeyStatement } from '@muster/db/repositories/node-states';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { verifyEnvelope, type Envelope } from '@muster/protocol/messages/define-message';
import { EncryptionKeyStatement } from '@muster/protocol/messages/encryption-key-statement';
import type { Deps } from '../../app/deps.ts';
import type { SessionKeys } from './session-book.ts';

/** Keeps the node's word about its key for the run's owner, who checks it again. Throws SIGNATURE_INVALID, FORBIDDEN. */
export async function keepStatement(
  { db, domain, clock }: Pick<Deps, 'db' | 'domain' | 'clock'>,
  session: SessionKeys,
  envelope: Envelope,
): Promise<void> {
  const { message } = unwrap(verifyEnvelope(EncryptionKeyStatement, envelope, { domain, now: clock.now() }));
  const { runId, node, seq } = session;
  if (message.runId !== runId || message.node !== node || message.seq !== seq) throw new AppError('FORBIDDEN');
  await recordKeyStatement(db, { runId, node, seq, envelope });
}
