import { canonicalJson } from '@muster/protocol/canonical-json';
import type { ContainerResult } from '@muster/protocol/challenges/container';
import { Challenge } from '@muster/protocol/messages/challenge';
import { signMessage } from '@muster/protocol/messages/define-message';
import { audienceOfAddress, newHeader } from '@muster/protocol/messages/header';
import { DOMAIN, NOW, SIGNER } from '@muster/protocol/testing/messages';
import { createLoggerTo } from '@muster/runtime/logger';
import { createSigner } from '@muster/protocol/crypto/signer';
import { zeroHash } from 'viem';
import { expect, it } from 'vitest';
import { testRegistration, testRun } from '../testing/test-record.ts';
import { createChallengeDesk } from './answer-challenge.ts';

const node = createSigner(`0x${'44'.repeat(32)}`);
const RESULT: ContainerResult = { exitCode: 0, stdout: '', imageId: 'sha256:1' };

/** A desk whose containers run until they are released. */
function setup({ isValidator = true }: { isValidator?: boolean } = {}) {
  const running: (() => void)[] = [];
  const seen = new Set<string>();
  let most = 0;
  let now = 0;
  const answers = async <T>(answer: T) => answer;
  const desk = createChallengeDesk({
    domain: DOMAIN,
    signer: node,
    runId: '1',
    view: {
      run: () => answers(testRun),
      registration: () => answers(testRegistration('Approved')),
      nextRound: () => answers(null),
      masterOf: () => answers(null),
      isValidator: () => answers(isValidator),
    },
    nonces: { remember: async (_signer, nonce) => !seen.has(nonce) && Boolean(seen.add(nonce)) },
    facts: () => ({
      identity: { capabilitiesHash: zeroHash },
      containers: {
        run: () =>
          new Promise((resolve) => {
            now += 1;
            most = Math.max(most, now);
            running.push(() => {
              now -= 1;
              resolve(RESULT);
            });
          }),
      },
    }),
    logger: createLoggerTo({ write: () => undefined }, { name: 'test' }),
    now: () => NOW,
    signal: new AbortController().signal,
  });
  const challenge = (change: Partial<Challenge> = {}) => {
    const header = {
      ...newHeader({ runId: '1', sender: SIGNER.address, audience: audienceOfAddress(node.address), now: NOW, ttlMs: 60_000 }),
      ...change,
    };
    const params = canonicalJson({ image: 'busybox', command: ['true'], nonce: '0'.repeat(32), timeoutMs: 5_000 });
    return desk(signMessage(Challenge, { seq: 1, round: 1, kind: 'container', params, ...header }, { domain: DOMAIN, signer: SIGNER }));
  };
  return { challenge, running, most: () => most };
}

it('runs the containers of validators one at a time, lets a few wait, and tells the rest when to come again', async () => {
  const { challenge, running, most } = setup();
  const accepted = Array.from({ length: 4 }, () => challenge());
  await expect.poll(() => running.length).toBe(1);
  await expect(challenge()).rejects.toMatchObject({ code: 'RATE_LIMITED', data: { retryAfterMs: 10_000 } });
  for (let done = 1; done <= accepted.length; done += 1) {
    await expect.poll(() => running.length).toBe(done);
    running.at(-1)?.();
  }
  expect((await Promise.all(accepted)).map(({ type }) => type)).toEqual(Array(4).fill('ChallengeAnswer'));
  expect(most()).toBe(1);
});

it.each([
  ['of nobody whom the chain calls a validator', { isValidator: false }, {}, 'NOT_A_VALIDATOR'],
  ['for another registration', {}, { seq: 2 }, 'STALE_REGISTRATION'],
  ['for another run', {}, { runId: '2' }, 'AUDIENCE_WRONG'],
] as const)('runs nothing for a challenge %s', async (_name, chain, change, code) => {
  const { challenge, running } = setup(chain);
  await expect(challenge(change)).rejects.toMatchObject({ code });
  expect(running).toEqual([]);
});

it('runs the container of a challenge once, however often it is sent', async () => {
  const { challenge, running } = setup();
  const nonce = `0x${'ab'.repeat(16)}` as const;
  const first = challenge({ nonce });
  await expect.poll(() => running.length).toBe(1);
  await expect(challenge({ nonce })).rejects.toMatchObject({ code: 'NONCE_REPLAYED' });
  running[0]?.();
  await first;
  expect(running).toHaveLength(1);
});
