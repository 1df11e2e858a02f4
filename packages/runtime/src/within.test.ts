import { describe, expect, it } from 'vitest';
import { within } from './within.ts';

describe('within', () => {
  it('says whether the work ended in time', async () => {
    expect(await within(60_000, Promise.resolve())).toBe(true);
    expect(await within(1, new Promise(() => {}))).toBe(false);
  });

  it('throws what the work throws in time, and nothing afterwards', async () => {
    await expect(within(60_000, Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    const late = new Promise<never>((_resolve, reject) => setTimeout(reject, 20, new Error('too late')));
    expect(await within(1, late)).toBe(false);
  });

  it('leaves no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
    const before = timers();
    await within(60_000, Promise.resolve());
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
