import { AppError } from '@muster/protocol/errors/app-error';
import type { DecidedRecord, RoundRecord } from '../ports/journal.ts';
import { keyOf, refOf, type RoundJob, type RoundRef } from '../ports/round.ts';
import type { RoundDeps } from './deps.ts';
import { judgeNode } from './judge-node.ts';
import { publishEvidence } from './publish-evidence.ts';
import { reportVerdict } from './report-verdict.ts';

export type RoundOutcome = 'published' | 'kept' | 'withheld';

/**
 * Brings one round as far as it goes. Every step is journalled before the next begins, so a crash anywhere resumes behind the last
 * one that was written, and a verdict once decided is the only one that can be sent. Throws AppError when it should be tried again.
 */
export async function settleRound(job: RoundJob, deps: RoundDeps): Promise<RoundOutcome> {
  const record = await deps.journal.read(job);
  if (record) return resumeRound(record, deps);
  if (await deps.registry.hasVoted(job)) return withhold(job, 'this key has given its verdict already, but not from this journal', deps);
  // An RPC that lags may not know the registration yet: no reason to give it up.
  if (!(await deps.registry.takesVerdict(job))) throw new AppError('STALE_REGISTRATION');
  const decided = await decide(job, deps);
  return resumeRound(decided, deps);
}

async function decide(job: RoundJob, deps: RoundDeps): Promise<DecidedRecord> {
  const { approve, evidenceHash, document, reason } = await judgeNode(job, deps);
  const decided: DecidedRecord = { ...refOf(job), approve, evidenceHash, document, state: 'decided' };
  await deps.journal.write(decided);
  deps.logger.info({ event: 'verdict.decided', ...keyOf(job), approve, reason, evidenceHash }, 'decided a verdict');
  return decided;
}

/** Goes on from what the journal holds. */
export async function resumeRound(record: RoundRecord, deps: RoundDeps): Promise<RoundOutcome> {
  if (record.state === 'reported') return publishEvidence(record, deps);
  if (record.state !== 'decided') return record.state;
  const report = await reportVerdict(record, deps);
  return report.ok ? publishEvidence(report.value, deps) : withhold(record, report.error, deps);
}

/** No verdict of ours for this round, for good. */
export async function withhold(ref: RoundRef, reason: string, { journal, logger }: RoundDeps): Promise<'withheld'> {
  await journal.write({ ...refOf(ref), state: 'withheld', reason });
  logger.warn({ event: 'verdict.withheld', ...keyOf(ref), reason }, 'gives no verdict');
  return 'withheld';
}
