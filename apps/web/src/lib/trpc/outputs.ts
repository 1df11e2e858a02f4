import type { BuyerRouter } from '@muster/api/types';
import type { inferRouterOutputs } from '@trpc/server';

type Outputs = inferRouterOutputs<BuyerRouter>;

export type MasterInfo = Outputs['master']['info'];
export type AuthSession = Outputs['auth']['session'];
export type RunView = Outputs['run']['get'];
export type NodeView = Outputs['node']['list']['items'][number];
export type NodeDetail = Outputs['node']['get'];
export type Capabilities = NonNullable<NodeView['capabilities']>;
export type TaskView = Outputs['task']['get'];
export type AllocationView = TaskView['allocations'][number];
export type SnapshotView = Outputs['snapshot']['list']['items'][number];
export type TimelineView = Outputs['run']['timeline']['items'][number];
