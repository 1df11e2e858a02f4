import type { ReportedRecord } from '../ports/journal.ts';
import { keyOf } from '../ports/round.ts';
import type { RoundDeps } from './deps.ts';

const PUBLISH_FOR_MS = 24 * 60 * 60_000;

/** Hands the evidence to discovery, which takes it once its own mirror has the verdict: a first refusal is ordinary, and thrown. */
export async function publishEvidence(
  record: ReportedRecord,
  { discovery, journal, clock, logger }: RoundDeps,
): Promise<'published' | 'kept'> {
  const { reportedAt, ...rest } = record;
  try {
    await discovery.publishEvidence(record.discoveryUri, { ...keyOf(record), document: record.document });
  } catch (error) {
    if (clock.now() < reportedAt + PUBLISH_FOR_MS) throw error;
    await journal.write({ ...rest, state: 'kept' });
    logger.warn({ event: 'evidence.kept', ...keyOf(record), err: error }, 'discovery did not take the evidence; it stays in the journal');
    return 'kept';
  }
  await journal.write({ ...rest, state: 'published' });
  logger.info({ event: 'evidence.published', ...keyOf(record), evidenceHash: record.evidenceHash }, 'published the evidence');
  return 'published';
}
