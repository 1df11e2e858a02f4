import { saveEvidence } from '@muster/db/repositories/evidence';
import { findVerdictByEvidence } from '@muster/db/repositories/verdicts';
import { hashJson } from '@muster/protocol/canonical-json';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Deps } from '../../app/deps.ts';
import type { EvidenceInput } from './discovery-service.ts';

/** How long a validator that publishes right after its verdict waits for the mirror to have read the block. */
const MIRROR_WAIT_MS = 5_000;

/** Keeps the document behind a verdict. The hash in the verdict on chain vouches for it, so no signature is asked for. */
export async function publishEvidence(
  { db, clock, logger }: Pick<Deps, 'db' | 'clock' | 'logger'>,
  input: EvidenceInput,
): Promise<{ accepted: true; hash: string }> {
  const { runId, node, seq, round, document } = input;
  const hash = hashJson(document);
  const deadline = clock.now() + MIRROR_WAIT_MS;
  for (;;) {
    const verdict = await findVerdictByEvidence(db, { runId, node, seq, round, evidenceHash: hash });
    if (verdict !== null) {
      await saveEvidence(db, { hash, runId, node, validator: verdict.validator, document });
      logger.info(
        { event: 'evidence.accepted', runId, node, hash, validator: verdict.validator },
        'a verdict on chain names this evidence',
      );
      return { accepted: true, hash };
    }
    if (clock.now() >= deadline) throw new AppError('EVIDENCE_MISMATCH', { data: { hash } });
    await clock.sleep(250);
  }
}
