/** For `import type` alone: the shapes that clients in other workspaces are typed by. */
export type { BuyerRouter } from './routers/buyer-router.ts';
export type { DiscoveryRouter } from './routers/discovery-router.ts';
export type { MasterRouter } from './routers/master-router.ts';
export type { MinerRouter } from './miner.ts';
export type { WireErrorShape } from './errors/error-shape.ts';
