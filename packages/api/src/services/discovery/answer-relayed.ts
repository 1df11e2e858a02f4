import { saveRelayedAnswer } from '@muster/db/repositories/relay';
import { fromHex } from '@muster/protocol/bytes';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Hex } from 'viem';
import type { Deps } from '../../app/deps.ts';
import { relayedTopic } from '../../live/topics.ts';

export type RelayedAnswerInput = { linkId: string; callId: string; sealed: Hex | null };

/** No answer is one too: the asker need not wait. The link's id is the proof: it went to the node alone. A forged answer would not open anyway. Throws RELAY_SUPERSEDED, NOT_FOUND. */
export async function answerRelayed({ db, live }: Deps, { linkId, callId, sealed }: RelayedAnswerInput): Promise<{ accepted: true }> {
  const saved = await saveRelayedAnswer(db, { linkId, callId, answer: sealed && fromHex(sealed) });
  if (saved === null) throw new AppError('RELAY_SUPERSEDED');
  if (!saved) throw new AppError('NOT_FOUND', { publicMessage: 'Nobody waits for this answer any more.' });
  live.publish([relayedTopic(callId)]);
  return { accepted: true };
}
