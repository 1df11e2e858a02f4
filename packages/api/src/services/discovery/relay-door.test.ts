import { AppError } from '@muster/protocol/errors/app-error';
import { expect, it } from 'vitest';
import { createRateLimiter } from '../rate-limiter.ts';
import { createRelayDoor } from './relay-door.ts';

const NAT = '203.0.113.7';

function setup() {
  let now = 0;
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const door = createRelayDoor(createRateLimiter({ clock, burst: 60, perSecond: 10 }), { clock });
  /** How many of `count` answers under this link get through. */
  const through = (count: number, linkId: string): number => {
    for (let passed = 0; passed < count; passed += 1) {
      try {
        door.admit(linkId, NAT);
      } catch (error) {
        expect(AppError.is(error, 'RATE_LIMITED') && Number(error.data['retryAfterMs'])).toBeGreaterThan(0);
        return passed;
      }
    }
    return count;
  };
  const open = (index: number) => {
    door.opened({ linkId: `link-${index}`, runId: '1', node: `node-${index}` });
    return `link-${index}`;
  };
  return { door, through, open, wait: (ms: number) => (now += ms) };
}

it('takes the answers of many nodes behind one address, and of none more than its share', () => {
  const { through, open, wait } = setup();
  const links = Array.from({ length: 200 }, (_, index) => open(index));
  expect(links.map((link) => through(8, link))).toEqual(links.map(() => 8));
  expect(through(1_000, 'link-0')).toBe(52);
  expect(through(8, 'link-1')).toBe(8);
  wait(1_000);
  expect(through(1_000, 'link-0')).toBe(10);
});

it('gives a node no second share for a second link', () => {
  const { door, through, open } = setup();
  expect(through(1_000, open(1))).toBe(60);
  door.opened({ linkId: 'newer', runId: '1', node: 'node-1' });
  expect(through(1, 'newer')).toBe(0);
});

it('counts whoever names a link that does not stand here by address', () => {
  const { door, through, open } = setup();
  const link = open(1);
  door.closed(link);
  expect([through(40, link), through(1_000, 'made up')]).toEqual([40, 20]);
  expect(through(8, open(2))).toBe(8);
});
