import { WebSocket } from 'ws';

/** ws speaks the standard's interface as far as tRPC uses it, but declares types of its own. */
const isStandard = (candidate: { prototype: object }): candidate is typeof globalThis.WebSocket =>
  ['addEventListener', 'removeEventListener', 'send', 'close'].every((method) => method in candidate.prototype);

/** Node 20 has no WebSocket of its own. */
export function standardWebSocket(): typeof globalThis.WebSocket {
  const candidate: { prototype: object } = WebSocket;
  if (!isStandard(candidate)) throw new TypeError('the ws library has no standard WebSocket interface');
  return candidate;
}
