import { WebSocket } from 'undici';

// tRPC's socket client takes the global WebSocket. Node 22 has it, and it is this very class; Node 20 lacks it.
if (!('WebSocket' in globalThis)) Object.assign(globalThis, { WebSocket });
