import { describe, expect, it } from 'vitest';
import { readableReason, shortenIds } from './reason.ts';

describe('reasons', () => {
  it('tells long times in their units and begins with a capital', () => {
    expect(readableReason('no heartbeat for 124000 ms')).toBe('No heartbeat for 2m 4s');
    expect(readableReason('no heartbeat for 12347.222656 ms')).toBe('No heartbeat for 12s');
    expect(readableReason('took 120 ms')).toBe('Took 120 ms');
    expect(readableReason('')).toBe('');
  });

  it('says in words why something was told to stop', () => {
    expect(readableReason('buyer')).toBe('Stopped on request');
    expect(readableReason('evicted')).toContain('drained');
  });

  it('shortens ids wherever they stand', () => {
    expect(shortenIds('node 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 took 8f14e45f-ceea-467f-a0b1-4a3c2d1e0f99')).toBe(
      'node 0x7099…79C8 took 8f14e45f',
    );
    expect(shortenIds(`its image is sha256:${'ab'.repeat(32)} from now on`)).toBe('its image is sha256:ababab…abab from now on');
  });
});
