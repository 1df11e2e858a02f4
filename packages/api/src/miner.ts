import { createTRPCClient, httpLink, type TRPCClient } from '@trpc/client';
import { initTRPC } from '@trpc/server';
import type { Acknowledgment } from '@muster/protocol/messages/acknowledgment';
import type { ChallengeAnswer } from '@muster/protocol/messages/challenge-answer';
import type { Envelope } from '@muster/protocol/messages/define-message';
import { z } from 'zod';
import { createErrorFormatter } from './errors/error-shape.ts';
import { envelopeShape, type IncomingEnvelope } from './shapes/envelope.ts';
import { linkFetch, type PlainFetch } from './trpc-fetch.ts';

/** What a node does with the only two messages that reach it from outside. The envelopes are unverified. */
export type MinerHandlers = {
  challenge(envelope: IncomingEnvelope): Promise<Envelope<ChallengeAnswer>>;
  invite(envelope: IncomingEnvelope): Promise<Envelope<Acknowledgment>>;
};

/** The node's inbound surface, served at its announced endpoint. An AppError thrown by a handler reaches the caller as `data.app`. */
export function createMinerRouter(handlers: MinerHandlers) {
  const t = initTRPC.create({ errorFormatter: createErrorFormatter() });
  const procedure = t.procedure.input(z.strictObject({ envelope: envelopeShape }));
  return t.router({
    challenge: procedure.mutation(async ({ input }) => ({ envelope: await handlers.challenge(input.envelope) })),
    invite: procedure.mutation(async ({ input }) => ({ envelope: await handlers.invite(input.envelope) })),
  });
}
export type MinerRouter = ReturnType<typeof createMinerRouter>;
export type MinerClient = TRPCClient<MinerRouter>;

/** Both as protocol/relay/reach-node gives them; a `fetch` over the network should be the guarded one: the endpoint is a stranger's word. */
export function createMinerClient({ endpoint, fetch }: { endpoint: string; fetch: PlainFetch }): MinerClient {
  return createTRPCClient<MinerRouter>({ links: [httpLink({ url: endpoint, fetch: linkFetch(fetch) })] });
}

/** What a node calls elsewhere, as types alone. */
export type { DiscoveryRouter } from './routers/discovery-router.ts';
export type { MasterRouter } from './routers/master-router.ts';
export type { WireErrorShape } from './errors/error-shape.ts';
