import { describe, expect, it } from 'vitest';
import { createNotifier } from './notifier.ts';

const { signal } = new AbortController();

describe('notifier', () => {
  it('keeps a notice that came while nobody waited, once', async () => {
    const notifier = createNotifier();
    notifier.notify();
    notifier.notify();
    await notifier.wait({ signal });
    const waited = await Promise.race([notifier.wait({ signal }).then(() => 'woken'), Promise.resolve('waiting')]);
    expect(waited).toBe('waiting');
    notifier.notify();
  });

  it('wakes all who wait, and a later waiter is not cut off by an earlier one that ends', async () => {
    const notifier = createNotifier();
    const first = new AbortController();
    const ended = notifier.wait({ signal: first.signal });
    first.abort();
    const later = notifier.wait({ signal });
    await ended;
    notifier.notify();
    await expect(later).resolves.toBeUndefined();
  });

  it('wakes by itself when time is up', async () => {
    await expect(createNotifier().wait({ signal, timeoutMs: 1 })).resolves.toBeUndefined();
  });
});
