import { AppError } from '@muster/protocol/errors/app-error';
import type { Signer } from '@muster/protocol/crypto/signer';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import { audienceOfOrigin, newHeader } from '@muster/protocol/messages/header';
import { RelayOpen } from '@muster/protocol/messages/relay-open';
import { signWithRetry } from '@muster/protocol/messages/sign-with-retry';
import type { Logger } from '@muster/runtime/logger';
import type { RelayLink, RelayLinkOptions } from '../adapters/discovery/relay-link.ts';
import { createNotifier } from '../notifier.ts';
import { toAppError } from '../reconcile/step-failure.ts';
import type { RelayDesk, SealedCall } from '../server/relay-desk.ts';
import { nextSequence, type AgentState } from '../state/agent-state.ts';
import type { JsonStore } from '../state/json-store.ts';

export interface RelayOptions {
  connect: (options: RelayLinkOptions) => Promise<RelayLink>;
  desk: RelayDesk;
  /** Read anew now and then: the run's owner may move discovery. */
  readDiscoveryUri: () => Promise<string>;
  registration: { seq: number };
  state: JsonStore<AgentState>;
  domain: MusterDomain;
  signer: Signer;
  allowPrivate: boolean;
  logger: Logger;
  now: () => number;
  monotonic: () => number;
  signal: AbortSignal;
}

const OPEN_TTL_MS = 30_000;
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 30_000;
/** A link that lasted so long was a good one. */
const STEADY_MS = 30_000;
const LOOK_MS = 60_000;
/** For a discovery that is busy and does not say how long. */
const BUSY_MS = 1_000;
const LEAST_BUSY_MS = 50;
const MOST_BUSY_MS = 30_000;

/** Keeps a connection to the run's discovery, and answers what comes over it. Silence and refusals are retried for ever. */
export async function relayLoop(options: RelayOptions): Promise<void> {
  const { logger, monotonic, signal } = options;
  const pause = createNotifier();
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const startedAt = monotonic();
    const reason = await keepLink(options).catch(toAppError);
    if (signal.aborted) return;
    pauseMs = monotonic() - startedAt >= STEADY_MS ? FIRST_PAUSE_MS : Math.min(LAST_PAUSE_MS, pauseMs * 2);
    const retryInMs = Math.round(pauseMs * (0.5 + Math.random() / 2));
    logger.warn(
      { event: 'relay.lost', code: reason?.code ?? null, retryInMs, err: reason },
      'the connection to discovery is gone; making another',
    );
    await pause.wait({ signal, timeoutMs: retryInMs });
  }
}

/** One link, from its opening to its end; to discovery's reason for it, if it gave one. */
async function keepLink(options: RelayOptions): Promise<AppError | null> {
  const { connect, desk, registration, state, domain, signer, allowPrivate, logger, now, monotonic, signal } = options;
  const discoveryUri = await options.readDiscoveryUri();
  const over = new AbortController();
  let opened: (linkId: string) => void = () => undefined;
  // A call may come in the same breath as the link's id.
  const openedId = new Promise<string>((resolve) => (opened = resolve));
  const link = await connect({
    discoveryUri,
    allowPrivate,
    onCall: (call) => void take(call),
    signal: AbortSignal.any([signal, over.signal]),
  });

  async function take(call: SealedCall): Promise<void> {
    const { callId, ttlMs } = call;
    const until = monotonic() + ttlMs;
    try {
      const sealed = await desk.answer(call);
      if (sealed === null) logger.warn({ event: 'relay.refused', callId }, 'what was relayed is not for this node, or is too much at once');
      const linkId = await openedId;
      await whenHeard(() => link.answer({ linkId, callId, sealed }), until);
      desk.forget(callId);
    } catch (err) {
      if (AppError.is(err, 'NOT_FOUND')) desk.forget(callId);
      logger.warn({ event: 'relay.unanswered', callId, code: toAppError(err).code, err }, 'an answer did not reach discovery');
    }
  }

  /** Says it again when discovery is busy, and as often as it is: the socket stays. Nodes behind one address share what that may do. */
  async function whenHeard<T>(say: () => Promise<T>, until: number): Promise<T> {
    const pause = createNotifier();
    let leastMs = LEAST_BUSY_MS;
    for (;;) {
      try {
        return await say();
      } catch (error) {
        if (!AppError.is(error, 'RATE_LIMITED')) throw error;
        const said = error.data['retryAfterMs'];
        // A whole farm is told the same: it spreads out, and each comes less often the more there are.
        const waitMs = Math.min(MOST_BUSY_MS, Math.max(leastMs, typeof said === 'number' ? said : BUSY_MS) * (1 + Math.random()));
        leastMs *= 2;
        if (over.signal.aborted || !(monotonic() + waitMs < until)) throw error;
        await pause.wait({ signal: over.signal, timeoutMs: waitMs });
      }
    }
  }

  const { identity, announcementSequence: sequence } = await nextSequence(state, now());
  const open = () =>
    signWithRetry(RelayOpen, {
      domain,
      signer,
      now: now(),
      build: (at) => ({
        ...newHeader({
          runId: identity.runId,
          sender: signer.address,
          audience: audienceOfOrigin(discoveryUri),
          now: at,
          ttlMs: OPEN_TTL_MS,
        }),
        seq: registration.seq,
        sequence,
      }),
      send: (envelope) => link.open(envelope),
    });
  void link.closed.then(() => over.abort());
  const linkId = await whenHeard(open, Number.POSITIVE_INFINITY);
  opened(linkId);
  logger.info({ event: 'relay.opened', discoveryUri, linkId }, 'discovery relays to this node');
  void watchUri();
  const reason = await link.closed;
  over.abort();
  return reason;

  async function watchUri(): Promise<void> {
    const pause = createNotifier();
    while (!over.signal.aborted) {
      await pause.wait({ signal: over.signal, timeoutMs: LOOK_MS });
      // An RPC that fails says nothing about where discovery is.
      const uri = await options.readDiscoveryUri().catch(() => discoveryUri);
      if (uri !== discoveryUri) await link.close();
    }
  }
}
