import { z } from 'zod';
import { Challenge } from '@muster/protocol/messages/challenge';
import { ChallengeAnswer } from '@muster/protocol/messages/challenge-answer';

const exchange = z.object({
  kind: z.string(),
  challenge: Challenge.envelopeSchema,
  answer: ChallengeAnswer.envelopeSchema,
  ok: z.boolean(),
});

/** The parts of a validator's evidence that the smoke test checks: who asked what, and who answered. */
const documentSchema = z.looseObject({
  announcementDigest: z.string(),
  approve: z.boolean(),
  reason: z.string().nullable(),
  exchanges: z.array(exchange).min(1),
});
export type EvidenceDocument = z.infer<typeof documentSchema>;

export const parseEvidence = (document: unknown): EvidenceDocument => documentSchema.parse(document);
