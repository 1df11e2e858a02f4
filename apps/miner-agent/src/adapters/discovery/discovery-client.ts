import { createTRPCClient, httpLink } from '@trpc/client';
import type { DiscoveryRouter } from '@muster/api/miner';
import type { CapabilityDocument } from '@muster/protocol/capabilities';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Envelope } from '@muster/protocol/messages/define-message';
import type { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { timestampMsSchema } from '@muster/protocol/primitives';
import { createGuardedFetch } from '@muster/runtime/guarded-fetch';
import { z } from 'zod';

/** Discovery over HTTP at the run's URI, which is a stranger's word. */
export interface DiscoveryClient {
  /** Throws discovery's refusal, or DISCOVERY_UNREACHABLE. */
  announce(
    uri: string,
    input: { envelope: Envelope<EndpointAnnouncement>; capabilities: CapabilityDocument },
  ): Promise<{ expiresAt: number; standing: string }>;
}

const answerSchema = z.object({ accepted: z.literal(true), expiresAt: timestampMsSchema, standing: z.string().max(32) });

export function createDiscoveryClient({ allowPrivate, signal }: { allowPrivate: boolean; signal: AbortSignal }): DiscoveryClient {
  return {
    async announce(uri, input) {
      // With connections of its own: it is minutes since the last, and this machine's address may have changed.
      const fetch = createGuardedFetch({ allowPrivate, timeoutMs: 10_000, maxBytes: 256 * 1024 });
      const client = createTRPCClient<DiscoveryRouter>({ links: [httpLink({ url: uri, fetch })] });
      try {
        return answerSchema.parse(await client.announce.mutate(input, { signal }));
      } catch (error) {
        throw (
          AppError.fromWire(error) ??
          new AppError('DISCOVERY_UNREACHABLE', { publicMessage: `Discovery at ${uri} does not answer`, cause: error })
        );
      }
    },
  };
}
