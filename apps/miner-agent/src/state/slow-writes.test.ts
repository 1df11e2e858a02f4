import { createLoggerTo } from '@muster/runtime/logger';
import { expect, it } from 'vitest';
import { createSlowWrites } from './slow-writes.ts';

function setup() {
  const events: string[] = [];
  let counted = 0;
  const logger = createLoggerTo({ write: (line) => void events.push(String(/"event":"([^"]+)"/.exec(line)?.[1])) }, { name: 'test' });
  const timed = createSlowWrites({ logger, slowMs: 20, onSlow: () => (counted += 1) });
  return { events, timed, counted: () => counted };
}

const late = () => new Promise<void>((resolve) => setTimeout(resolve, 60));

it('says once that the disk is slow, while it is, and once that it is quick again', async () => {
  const { events, timed, counted } = setup();
  await timed(Promise.resolve());
  await timed(late());
  await timed(late());
  expect([events, counted()]).toEqual([['disk.slow'], 2]);
  await timed(Promise.resolve());
  await timed(Promise.resolve());
  expect(events).toEqual(['disk.slow', 'disk.quick']);
});

it('hands on what went wrong', async () => {
  const { timed } = setup();
  await expect(timed(Promise.reject(new Error('no room')))).rejects.toThrow('no room');
});
