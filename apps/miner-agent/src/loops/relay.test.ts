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
import type { SealedCall } from '../server/relay-desk.ts';
import { initialState } from '../state/agent-state.ts';
import { relayLoop } from './relay.ts';

const DISCOVERY = 'http://127.0.0.1:3000/discovery';
const signer = createSigner(`0x${'11'.repeat(32)}`);
const NOW = 1_800_000_000_000;

interface Opened extends RelayLinkOptions {
  open: RelayOpen;
  answers: { linkId: string; callId: string; sealed: string | null }[];
  end(reason: AppError | null): void;
}

/** A discovery that is away at first, then takes whoever is in order. */
interface Setup {
  away?: number;
  /** Answers that discovery refuses first. */
  busy?: number;
  /** Openings that it refuses first, on whatever link. */
  crowded?: number;
  /** Handed over together with the link's id. */
  waiting?: SealedCall[];
}

function setup({ away = 0, busy = 0, crowded = 0, waiting = [] }: Setup = {}) {
  const abort = new AbortController();
  let state = initialState({ chainId: 31337, registry: DOMAIN.verifyingContract, runId: '1', node: signer.address });
  const links: Opened[] = [];
  const forgotten: string[] = [];
  let [tries, refusals, knocks] = [0, 0, 0];

  async function connect(options: RelayLinkOptions): Promise<RelayLink> {
    tries += 1;
    if (tries <= away) throw new AppError('DISCOVERY_UNREACHABLE');
    const answers: Opened['answers'] = [];
    let end: (reason: AppError | null) => void = () => undefined;
    const closed = new Promise<AppError | null>((resolve) => (end = resolve));
    options.signal.addEventListener('abort', () => end(null));
    return {
      async open(envelope) {
        if (knocks++ < crowded) throw new AppError('RATE_LIMITED', { data: { retryAfterMs: 5 } });
        const audience = audienceOfOrigin(DISCOVERY);
        const { message } = unwrap(verifyEnvelope(RelayOpen, envelope, { domain: DOMAIN, now: NOW, audience }));
        links.push({ ...options, open: message, answers, end });
        for (const call of waiting) options.onCall(call);
        return `link-${links.length}`;
      },
      async answer(answer) {
        if (answer.callId === 'given up') throw new AppError('NOT_FOUND');
        if (refusals++ < busy) throw new AppError('RATE_LIMITED', { data: { retryAfterMs: 5 } });
        answers.push(answer);
      },
      close: async () => end(null),
      closed,
    };
  }

  const done = relayLoop({
    connect,
    desk: { answer: async ({ sealed }) => (sealed === '0x00' ? null : '0xaa'), forget: (callId) => void forgotten.push(callId) },
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
  return { link, forgotten, tries: () => tries, stop: () => (abort.abort(), done) };
}

it('opens a link once discovery answers, and answers over it what is for this node; of the rest it says that it cannot', async () => {
  const { link, forgotten, stop } = setup({ away: 1 });
  const first = await link(0);
  expect(first?.open).toMatchObject({ sender: signer.address, runId: '1', seq: 3 });
  first?.onCall({ callId: 'for somebody else', sealed: '0x00', ttlMs: 1_000 });
  first?.onCall({ callId: 'a', sealed: '0x01', ttlMs: 1_000 });
  await expect
    .poll(() => first?.answers)
    .toEqual([
      { linkId: 'link-1', callId: 'for somebody else', sealed: null },
      { linkId: 'link-1', callId: 'a', sealed: '0xaa' },
    ]);
  await expect.poll(() => forgotten).toEqual(['for somebody else', 'a']);
  await stop();
});

it('forgets what nobody waits for any more', async () => {
  const { link, forgotten, stop } = setup();
  (await link(0))?.onCall({ callId: 'given up', sealed: '0x01', ttlMs: 300_000 });
  await expect.poll(() => forgotten).toEqual(['given up']);
  await stop();
});

it('answers under the link’s id what comes together with it', async () => {
  const { link, stop } = setup({ waiting: [{ callId: 'kept', sealed: '0x01', ttlMs: 1_000 }] });
  const first = await link(0);
  await expect.poll(() => first?.answers).toEqual([{ linkId: 'link-1', callId: 'kept', sealed: '0xaa' }]);
  await stop();
});

it('sends an answer again when discovery is busy, for as long as somebody waits for it', async () => {
  const { link, forgotten, stop } = setup({ busy: 2 });
  const first = await link(0);
  first?.onCall({ callId: 'too late', sealed: '0x01', ttlMs: 1 });
  first?.onCall({ callId: 'a', sealed: '0x01', ttlMs: 10_000 });
  await expect.poll(() => first?.answers).toEqual([{ linkId: 'link-1', callId: 'a', sealed: '0xaa' }]);
  expect(forgotten).toEqual(['a']);
  await stop();
});

it('keeps its socket when discovery is busy, and opens the link on it once it is not', async () => {
  const { link, tries, stop } = setup({ crowded: 3 });
  expect((await link(0))?.open).toMatchObject({ sender: signer.address, seq: 3 });
  expect(tries()).toBe(1);
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
