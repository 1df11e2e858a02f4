import { AppError } from '@muster/protocol/errors/app-error';
import { describe, expect, it } from 'vitest';
import { createSettings } from '../../app/settings.ts';
import type { SessionKeys } from './session-book.ts';
import { createSessionDoor } from './session-door.ts';

const ADDRESS = '0x0000000000000000000000000000000000000001';
const keysOf = (node: string): SessionKeys => ({
  sessionId: node,
  runId: '1',
  node,
  seq: 1,
  keyFromNode: new Uint8Array(),
  keyToNode: new Uint8Array(),
});

function setup({ framesPerSecond = 200 }: { framesPerSecond?: number } = {}) {
  let now = 0;
  let lookUps = 0;
  const settings = createSettings({
    chainId: 42_161,
    registry: ADDRESS,
    validatorSet: ADDRESS,
    deploymentBlock: 1,
    rpcUrl: 'http://rpc.example',
    isDev: false,
    publicUrl: 'https://muster.example',
    heartbeatMs: 30_000,
    version: 'test',
    limits: { framesPerSecond },
  });
  const book = {
    knows: (id: string) => id === 'known',
    find: (id: string) => Promise.resolve(id === 'known' ? keysOf(id) : ((lookUps += 1), null)),
  };
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  /** How many of `count` calls get through. */
  const through = (count: number, call: () => unknown): number => {
    for (let passed = 0; passed < count; passed += 1) {
      try {
        call();
      } catch (error) {
        expect(AppError.is(error, 'RATE_LIMITED')).toBe(true);
        return passed;
      }
    }
    return count;
  };
  return { door: createSessionDoor(book, { clock, settings }), through, wait: (ms: number) => (now += ms), lookUps: () => lookUps };
}

describe('the door to sessions', () => {
  it('lets a node say what nodes say for as long as it likes, and more only for a while', () => {
    const { door, through, wait } = setup();
    const [eager, calm] = [keysOf('a'), keysOf('b')];
    for (let second = 0; second < 120; second += 1) {
      // Ten heartbeats at once and log as fast as a link of 10 ms carries it.
      expect(through(110, () => door.admit(eager))).toBe(110);
      wait(1_000);
    }
    expect(through(10_000, () => door.admit(eager))).toBe(2_000);
    expect(through(1, () => door.admit(calm))).toBe(1);
    wait(1_000);
    expect(through(10_000, () => door.admit(eager))).toBe(200);
  });

  it('looks up no more sessions than honest nodes have, and known ones for nothing', () => {
    const { door, through, lookUps } = setup();
    expect(through(5_000, () => void door.find('unknown', '192.0.2.1'))).toBe(500);
    expect(lookUps()).toBe(500);
    expect(through(5_000, () => void door.find('known', '192.0.2.1'))).toBe(5_000);
    expect(through(1, () => void door.find('unknown', '192.0.2.2'))).toBe(1);
  });

  it('checks no more signatures of one address than honest nodes send', () => {
    const { door, through, wait } = setup();
    expect(through(5_000, () => door.knock('192.0.2.1'))).toBe(100);
    wait(500);
    expect(through(5_000, () => door.knock('192.0.2.1'))).toBe(10);
  });
});
