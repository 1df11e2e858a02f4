import { systemClock } from '@muster/runtime/clock';
import type { WebSocket } from 'ws';

/** What may wait in memory for one reader. */
export const MUCH_BYTES = 4 * 1024 * 1024;
const LOOK_MS = 20;

/** Resolves once a socket's client has taken most of what was sent, or is gone: the library sends on whether or not anybody reads. */
export async function untilTaken(client: Pick<WebSocket, 'bufferedAmount' | 'readyState' | 'OPEN'>): Promise<void> {
  while (client.readyState === client.OPEN && client.bufferedAmount > MUCH_BYTES) await systemClock.sleep(LOOK_MS);
}
