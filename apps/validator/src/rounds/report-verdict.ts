import { isLive } from '@muster/domain/registry/standing';
import { registrationKey, verdictKey } from '@muster/domain/registry/state';
import { AppError } from '@muster/protocol/errors/app-error';
import { err, ok, type Result } from '@muster/protocol/errors/result';
import { hash32Schema } from '@muster/protocol/primitives';
import type { Hex } from 'viem';
import type { DecidedRecord, ReportedRecord } from '../ports/journal.ts';
import { keyOf } from '../ports/round.ts';
import type { RoundDeps } from './deps.ts';

/** Puts a decided verdict on chain, once. The error says why it came too late. Throws AppError when it should be tried again. */
export async function reportVerdict(record: DecidedRecord, deps: RoundDeps): Promise<Result<ReportedRecord, string>> {
  const { registry, journal, clock, logger } = deps;
  const { approve, evidenceHash } = record;
  let txHash: Hex | null;
  if (await registry.hasVoted(record)) txHash = voteInMirror(record, deps);
  else if (await registry.takesVerdict(record)) txHash = (await registry.submitVerdict({ ...keyOf(record), approve, evidenceHash })).txHash;
  else if (isOver(record, deps)) return err('the round ended before the verdict could be reported');
  else throw new AppError('STALE_REGISTRATION');
  const reported: ReportedRecord = { ...record, state: 'reported', txHash, reportedAt: clock.now() };
  await journal.write(reported);
  logger.info({ event: 'verdict.reported', ...keyOf(record), approve, evidenceHash, txHash }, 'reported a verdict');
  return ok(reported);
}

/** The verdict was mined while we were away; its transaction is known once the mirror has caught up. */
function voteInMirror(record: DecidedRecord, { registry, signer }: RoundDeps): Hex | null {
  const vote = registry.state().verdicts.get(verdictKey({ ...record, validator: signer.address }));
  return vote ? hash32Schema.parse(vote.txHash) : null;
}

/** One answer of an RPC that may lag ends nothing: the deadline does, or the mirror that agrees with it. */
function isOver(record: DecidedRecord, { registry, clock }: RoundDeps): boolean {
  if (clock.now() >= record.deadline) return true;
  const mirrored = registry.state().registrations.get(registrationKey(record));
  return mirrored !== undefined && (mirrored.seq > record.seq || (mirrored.seq === record.seq && !isLive(mirrored.standing)));
}
