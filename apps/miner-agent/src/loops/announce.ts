import { capabilitiesHash, type CapabilityDocument } from '@muster/protocol/capabilities';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Signer } from '@muster/protocol/crypto/signer';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { audienceOfOrigin, newHeader } from '@muster/protocol/messages/header';
import { signWithRetry } from '@muster/protocol/messages/sign-with-retry';
import { retry } from '@muster/runtime/retry';
import type { Logger } from '@muster/runtime/logger';
import type { Hex } from 'viem';
import type { DiscoveryClient } from '../adapters/discovery/discovery-client.ts';
import { createNotifier } from '../notifier.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { JsonStore } from '../state/json-store.ts';

export interface AnnounceOptions {
  discovery: DiscoveryClient;
  /** Read anew each time: the run's owner may move discovery. */
  readDiscoveryUri: () => Promise<string>;
  endpoint: string;
  encryptionKey: Hex;
  registration: { seq: number; capabilities: CapabilityDocument };
  state: JsonStore<AgentState>;
  domain: MusterDomain;
  signer: Signer;
  logger: Logger;
  now: () => number;
  signal: AbortSignal;
}

const TTL_MS = 20 * 60_000;

/** Tells discovery where the node can be reached, again and again before it forgets. Silence and refusals are retried for ever. */
export async function announceLoop(options: AnnounceOptions): Promise<void> {
  const { signal } = options;
  const pause = createNotifier();
  while (!signal.aborted) {
    const answer = await announceUntilTaken(options);
    if (answer) await pause.wait({ signal, timeoutMs: Math.max(1_000, (answer.expiresAt - options.now()) / 2) });
  }
}

/** Null when the agent stops meanwhile. */
async function announceUntilTaken(options: AnnounceOptions): Promise<{ expiresAt: number } | null> {
  const { logger, signal } = options;
  try {
    return await retry(() => announce(options), {
      signal,
      baseMs: 500,
      maxMs: 30_000,
      onError: (err, { delayMs }) => {
        const code = err instanceof AppError ? err.code : 'INTERNAL';
        logger.warn({ event: 'announce.failed', code, retryInMs: delayMs, err }, 'discovery did not take the announcement');
      },
    });
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

async function announce(options: AnnounceOptions): Promise<{ expiresAt: number }> {
  const { discovery, endpoint, encryptionKey, registration, state, domain, signer, logger, now } = options;
  const uri = await options.readDiscoveryUri();
  const { identity, announcementSequence: sequence } = await state.update((current) => ({
    ...current,
    announcementSequence: Math.max(current.announcementSequence + 1, now()),
  }));
  const answer = await signWithRetry(EndpointAnnouncement, {
    domain,
    signer,
    now: now(),
    build: (at) => ({
      ...newHeader({ runId: identity.runId, sender: signer.address, audience: audienceOfOrigin(uri), now: at, ttlMs: TTL_MS }),
      seq: registration.seq,
      sequence,
      endpoint,
      relay: false,
      encryptionKey,
      capabilitiesHash: capabilitiesHash(registration.capabilities),
    }),
    send: (envelope) => discovery.announce(uri, { envelope, capabilities: registration.capabilities }),
  });
  logger.info(
    { event: 'announced', discoveryUri: uri, endpoint, sequence, standing: answer.standing, expiresAt: answer.expiresAt },
    'discovery knows the endpoint',
  );
  return answer;
}
