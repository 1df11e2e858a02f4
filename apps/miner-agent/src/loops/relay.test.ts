import { createSigner } from '@muster/protocol/crypto/signer';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { verifyEnvelope } from '@muster/protocol/messages/define-message';
import { audienceOfOrigin } from '@muster/protocol/messages/header';
import { RelayOpen } from '@muster/protocol/messages/relay-open';
import { DOMAIN } from '@muster/protocol/testing/messages';
import { createLogger } from '@muster/runtime/logger';
import { expect, it } from 'vitest';
import type { RelayLink, RelayLinkOptions } from '../adapters/discovery/relay-link.ts';
import { initialState } from '../state/agent-state.ts';
import { relayLoop } from './relay.ts';

const DISCOVERY = 'http://127.0.0.1:3000/discovery';
const signer = createSigner(`0x${'11'.repeat(32)}`);
const NOW = 1_800_000_000_000;

interface Opened extends RelayLinkOptions {
  open: RelayOpen;
  answers: object[];
  end(reason: AppError | null): void;
}

/** A discovery that is away at first, then takes whoever is in order. */
function setup({ away = 0 } = {}) {
  const abort = new AbortController();
  let state = initialState({ chainId: 31337, registry: DOMAIN.verifyingContract, runId: '1', node: signer.address });
  const links: Opened[] = [];
  let tries = 0;

  async function connect(options: RelayLinkOptions): Promise<RelayLink> {
    tries += 1;
    if (tries <= away) throw new AppError('DISCOVERY_UNREACHABLE');
    const answers: object[] = [];
    let end: (reason: AppError | null) => void = () => undefined;
    const closed = new Promise<AppError | null>((resolve) => (end = resolve));
    options.signal.addEventListener('abort', () => end(null));
    return {
      async open(envelope) {
        const audience = audienceOfOrigin(DISCOVERY);
        const { message } = unwrap(verifyEnvelope(RelayOpen, envelope, { domain: DOMAIN, now: NOW, audience }));
        links.push({ ...options, open: message, answers, end });
        return `link-${links.length}`;
      },
      answer: async (answer) => void answers.push(answer),
      close: async () => end(null),
      closed,
    };
  }

  const done = relayLoop({
    connect,
    desk: { answer: async ({ sealed }) => (sealed === '0x00' ? null : '0xaa') },
    readDiscoveryUri: async () => DISCOVERY,
    registration: { seq: 3 },
    state: { get: () => state, update: async (change) => (state = change(state)) },
    domain: DOMAIN,
    signer,
    allowPrivate: true,
    logger: createLogger({ name: 'test', level: 'silent' }),
    now: () => NOW,
    monotonic: () => performance.now(),
    signal: abort.signal,
  });
  const link = (index: number) =>
    expect
      .poll(() => links[index], { timeout: 10_000 })
      .toBeDefined()
      .then(() => links[index]);
  return { link, stop: () => (abort.abort(), done) };
}

it('opens a link once discovery answers, and answers over it what is for this node', async () => {
  const { link, stop } = setup({ away: 1 });
  const first = await link(0);
  expect(first?.open).toMatchObject({ sender: signer.address, runId: '1', seq: 3 });
  first?.onCall({ callId: 'for somebody else', sealed: '0x00', ttlMs: 1_000 });
  first?.onCall({ callId: 'a', sealed: '0x01', ttlMs: 1_000 });
  await expect.poll(() => first?.answers).toEqual([{ linkId: 'link-1', callId: 'a', sealed: '0xaa' }]);
  await stop();
});

it('makes another link when one ends, for whatever reason, with a sequence that rises', async () => {
  const { link, stop } = setup();
  const first = await link(0);
  first?.end(new AppError('RELAY_SUPERSEDED'));
  const second = await link(1);
  expect(second?.open.sequence).toBeGreaterThan(first?.open.sequence ?? 0);
  await stop();
});
