import { uuidSchema } from '@muster/protocol/primitives';
import { sealedAnswerSchema } from '@muster/protocol/relay/relayed-call';
import { z } from 'zod';
import { agentMutation } from '../../agent-trpc.ts';

/** For the node that has the link. */
export const answerRelayed = agentMutation(
  z.strictObject({ linkId: uuidSchema, callId: uuidSchema, sealed: sealedAnswerSchema.nullable() }),
  ({ services, remoteAddress }, answer) => services.discovery.answerRelayed({ ...answer, remoteAddress }),
);
