import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import type { BootClock } from '../../ports/boot-clock.ts';

/** Linux names each boot. Elsewhere a reboot shows by a clock that is behind what was written down. */
export async function createBootClock(): Promise<BootClock> {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return { bootId: bootId.trim(), now: () => Math.round(uptime() * 1000) };
}
