import { AppError } from '@muster/protocol/errors/app-error';
import { createSealKey } from '@muster/protocol/crypto/sealed-box';
import { sealRelayedRequest } from '@muster/protocol/relay/relayed-call';
import { expect, it } from 'vitest';
import { createRelayDesk } from './relay-desk.ts';

const me = { runId: '1', node: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8' } as const;
const envelope = { type: 'Challenge', message: { kind: 'identity' }, signature: '0x00' };

async function setup() {
  const key = await createSealKey();
  let [now, asked] = [0, 0];
  const desk = createRelayDesk({
    handlers: {
      challenge: () => {
        asked += 1;
        return Promise.reject(new AppError('NOT_A_VALIDATOR'));
      },
      invite: () => Promise.reject(new AppError('INVITE_FORGED')),
    },
    me,
    privateKey: key.privateKey,
    monotonic: () => now,
  });
  const seal = (path: string, body = JSON.stringify({ envelope })) =>
    sealRelayedRequest({ to: me, encryptionKey: key.publicKey, path, body });
  return { desk, seal, asked: () => asked, pass: (ms: number) => (now += ms) };
}

it('answers as the port of a node would: refusals, unknown paths and bodies that are none', async () => {
  const { desk, seal } = await setup();
  const statusOf = async (path: string, body?: string) => {
    const { sealed, openAnswer } = await seal(path, body);
    const answer = await openAnswer((await desk.answer({ callId: path + (body ?? ''), sealed, ttlMs: 1_000 })) ?? '0x');
    return [answer.status, JSON.parse(answer.body).error.data.app?.code ?? null];
  };
  expect(await statusOf('challenge')).toEqual([403, 'NOT_A_VALIDATOR']);
  expect((await statusOf('invite'))[1]).toBe('INVITE_FORGED');
  expect(await statusOf('leave')).toEqual([404, null]);
  expect((await statusOf('challenge', '{"envelope":1}'))[1]).toBe('BAD_INPUT');
});

it('says nothing to what was sealed to somebody else', async () => {
  const [mine, other] = [await setup(), await setup()];
  const { sealed } = await other.seal('challenge');
  expect(await mine.desk.answer({ callId: 'a', sealed, ttlMs: 1_000 })).toBeNull();
});

it('asks once for a call that comes again, until nobody waits for it any more', async () => {
  const { desk, seal, asked, pass } = await setup();
  const { sealed } = await seal('challenge');
  const call = { callId: 'a', sealed, ttlMs: 1_000 };
  const [first, second] = await Promise.all([desk.answer(call), desk.answer(call)]);
  expect([asked(), first === second]).toEqual([1, true]);
  pass(1_000);
  await desk.answer(call);
  expect(asked()).toBe(2);
});

it('forgets an answer that has arrived, so that many short calls never make it deaf', async () => {
  const { desk, seal } = await setup();
  const { sealed } = await seal('challenge');
  for (let i = 0; i < 40; i += 1) {
    expect(await desk.answer({ callId: String(i), sealed, ttlMs: 300_000 })).not.toBeNull();
    desk.forget(String(i));
  }
});

it('keeps so much and no more', async () => {
  const { desk, seal, pass } = await setup();
  const { sealed } = await seal('challenge');
  const answers = await Promise.all(Array.from({ length: 17 }, (_, i) => desk.answer({ callId: String(i), sealed, ttlMs: 1_000 })));
  expect(answers.map((answer) => answer === null)).toEqual([...Array.from({ length: 16 }, () => false), true]);
  pass(1_000);
  expect(await desk.answer({ callId: 'later', sealed, ttlMs: 1_000 })).not.toBeNull();
});
