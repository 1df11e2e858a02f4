import type { RunOnChain } from '@muster/chain/actions/get-run';
import { canonicalJson } from '@muster/protocol/canonical-json';
import type { ContainerResult } from '@muster/protocol/challenges/container';
import { Challenge } from '@muster/protocol/messages/challenge';
import { signMessage } from '@muster/protocol/messages/define-message';
import { audienceOfAddress, newHeader } from '@muster/protocol/messages/header';
import { DOMAIN, NOW, SIGNER } from '@muster/protocol/testing/messages';
import { createLoggerTo } from '@muster/runtime/logger';
import { createSigner } from '@muster/protocol/crypto/signer';
import { zeroAddress, zeroHash } from 'viem';
import { expect, it } from 'vitest';
import { testRegistration } from '../testing/test-record.ts';
import { createChallengeDesk } from './answer-challenge.ts';

const node = createSigner(`0x${'44'.repeat(32)}`);
const RESULT: ContainerResult = { exitCode: 0, stdout: '', imageId: 'sha256:1' };

/** A desk whose containers run until they are released. */
function setup() {
  const running: (() => void)[] = [];
  let most = 0;
  let now = 0;
  const answers = async <T>(answer: T) => answer;
  const run: RunOnChain = {
    runId: '1',
    owner: zeroAddress,
    pendingOwner: null,
    createdAt: 0,
    closedAt: null,
    master: zeroAddress,
    masterEpoch: 1,
    masterSince: 0,
    validators: zeroAddress,
    gate: zeroAddress,
    quorum: 1,
    termsHash: zeroHash,
    discoveryUri: '',
    requirements: '',
  };
  const desk = createChallengeDesk({
    domain: DOMAIN,
    signer: node,
    runId: '1',
    view: {
      run: () => answers(run),
      registration: () => answers(testRegistration('Approved')),
      nextRound: () => answers(null),
      masterOf: () => answers(null),
      isValidator: () => answers(true),
    },
    nonces: { remember: async () => true },
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
  const challenge = () => {
    const header = newHeader({ runId: '1', sender: SIGNER.address, audience: audienceOfAddress(node.address), now: NOW, ttlMs: 60_000 });
    const params = canonicalJson({ image: 'busybox', command: ['true'], nonce: '0'.repeat(32), timeoutMs: 5_000 });
    return desk(signMessage(Challenge, { ...header, seq: 1, round: 1, kind: 'container', params }, { domain: DOMAIN, signer: SIGNER }));
  };
  return { challenge, running, most: () => most };
}

it('runs the containers of validators one at a time, lets a few wait, and tells the rest when to come again', async () => {
  const { challenge, running, most } = setup();
  const accepted = Array.from({ length: 4 }, challenge);
  await expect.poll(() => running.length).toBe(1);
  await expect(challenge()).rejects.toMatchObject({ code: 'RATE_LIMITED', data: { retryAfterMs: 10_000 } });
  for (let done = 1; done <= accepted.length; done += 1) {
    await expect.poll(() => running.length).toBe(done);
    running.at(-1)?.();
  }
  expect((await Promise.all(accepted)).map(({ type }) => type)).toEqual(Array(4).fill('ChallengeAnswer'));
  expect(most()).toBe(1);
});
