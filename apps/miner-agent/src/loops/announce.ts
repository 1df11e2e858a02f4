import { capabilitiesHash, type CapabilityDocument } from '@muster/protocol/capabilities';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Signer } from '@muster/protocol/crypto/signer';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { audienceOfOrigin, newHeader } from '@muster/protocol/messages/header';
import { signWithRetry } from '@muster/protocol/messages/sign-with-retry';
import { every } from '@muster/runtime/poll';
import { retry } from '@muster/runtime/retry';
import type { Logger } from '@muster/runtime/logger';
import type { Hex } from 'viem';
import type { DiscoveryClient } from '../adapters/discovery/discovery-client.ts';
import { createNotifier } from '../notifier.ts';
import { nextSequence, type AgentState } from '../state/agent-state.ts';
import type { JsonStore } from '../state/json-store.ts';

export interface AnnounceOptions {
  discovery: DiscoveryClient;
  /** Read anew each time: the run's owner may move discovery. */
  readDiscoveryUri: () => Promise<string>;
  /** Of now; empty for a relay. Another one than at the last look is announced at once. */
  endpoint: () => string;
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
/** Reading the interfaces takes some tens of microseconds. */
const LOOK_MS = 2_000;

/** Tells discovery where the node can be reached, again and again before it forgets. Silence and refusals are retried for ever. */
export async function announceLoop(options: AnnounceOptions): Promise<void> {
  const { endpoint, signal, logger } = options;
  const pause = createNotifier();
  let last = endpoint();
  const watching = every(LOOK_MS, look, { signal, onError: (err) => logger.debug({ event: 'addresses.unread', err }, 'looking again') });
  function look(): void {
    const now = endpoint();
    if (now === last) return;
    logger.info({ event: 'endpoint.changed', from: last, to: now }, "the machine's address has changed: announcing anew");
    last = now;
    pause.notify();
  }
  let known: string | null = null;
  while (!signal.aborted) {
    const before = last;
    const answer = await announceUntilTaken(options, known);
    if (answer) await pause.wait({ signal, timeoutMs: Math.max(1_000, answer.keptForMs / 2) });
    // A connection to the RPC that began at the old address answers no more, and would first have to be given up.
    known = answer !== null && last !== before ? answer.uri : null;
  }
  await watching;
}

type Taken = { keptForMs: number; uri: string };

/** `known`: where to try first, without asking the chain. Null when the agent stops meanwhile. */
async function announceUntilTaken(options: AnnounceOptions, known: string | null): Promise<Taken | null> {
  const { logger, signal } = options;
  try {
    return await retry((attempt) => announce(options, attempt === 1 ? known : null), {
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

async function announce(options: AnnounceOptions, known: string | null): Promise<Taken> {
  const { discovery, encryptionKey, registration, state, domain, signer, logger, now } = options;
  const uri = known ?? (await options.readDiscoveryUri());
  const { identity, announcementSequence: sequence } = await nextSequence(state, now());
  const endpoint = options.endpoint();
  // In whichever clock discovery accepted it: how long it is kept is a difference of that clock, not of ours and that.
  let signedAt = now();
  const answer = await signWithRetry(EndpointAnnouncement, {
    domain,
    signer,
    now: signedAt,
    build: (at) => ({
      ...newHeader({ runId: identity.runId, sender: signer.address, audience: audienceOfOrigin(uri), now: at, ttlMs: TTL_MS }),
      seq: registration.seq,
      sequence,
      endpoint,
      relay: endpoint === '',
      encryptionKey,
      capabilitiesHash: capabilitiesHash(registration.capabilities),
    }),
    send: (envelope) => {
      signedAt = envelope.message.issuedAt;
      return discovery.announce(uri, { envelope, capabilities: registration.capabilities });
    },
  });
  logger.info(
    {
      event: 'announced',
      discoveryUri: uri,
      endpoint,
      relay: endpoint === '',
      sequence,
      standing: answer.standing,
      expiresAt: answer.expiresAt,
    },
    endpoint === '' ? 'discovery knows that it has to relay' : 'discovery knows the endpoint',
  );
  return { keptForMs: answer.expiresAt - signedAt, uri };
}
