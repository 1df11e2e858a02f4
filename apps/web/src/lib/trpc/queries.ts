import type { BuyerRouter } from '@muster/api/types';
import type { TRPCOptionsProxy } from '@trpc/tanstack-react-query';

type Trpc = TRPCOptionsProxy<BuyerRouter>;
type Page = { nextCursor: string | null };

const nextCursor = (page: Page): string | null => page.nextCursor;

/** Queries that are asked for first on the server and then in the browser: one definition, so that the second finds the first. */
export const masterInfo = (trpc: Trpc) => trpc.master.info.queryOptions(undefined, { staleTime: 10_000, refetchInterval: 15_000 });
export const authSession = (trpc: Trpc) => trpc.auth.session.queryOptions(undefined, { staleTime: 60_000, refetchOnWindowFocus: true });
export const runDetail = (trpc: Trpc, runId: string) => trpc.run.get.queryOptions({ runId }, { refetchInterval: 15_000 });
export const runList = (trpc: Trpc) =>
  trpc.run.list.infiniteQueryOptions({ limit: 25 }, { getNextPageParam: nextCursor, refetchInterval: 15_000 });
/** `about`: a node's address, or a task's id, to leave only what happened to it. */
export const runTimeline = (trpc: Trpc, runId: string, about?: string) =>
  trpc.run.timeline.infiniteQueryOptions(
    { runId, limit: 12, ...(about === undefined ? {} : { about }) },
    { getNextPageParam: nextCursor, refetchInterval: 15_000 },
  );
export const nodeList = (trpc: Trpc, runId: string) =>
  trpc.node.list.infiniteQueryOptions({ runId, limit: 100 }, { getNextPageParam: nextCursor, refetchInterval: 10_000 });
export const nodeDetail = (trpc: Trpc, ref: { runId: string; node: string }) =>
  trpc.node.get.queryOptions(ref, { refetchInterval: 10_000 });
export const taskList = (trpc: Trpc, runId: string) =>
  trpc.task.list.infiniteQueryOptions({ runId, limit: 50 }, { getNextPageParam: nextCursor, refetchInterval: 10_000 });
export const taskDetail = (trpc: Trpc, taskId: string) => trpc.task.get.queryOptions({ taskId }, { refetchInterval: 10_000 });
export const snapshotList = (trpc: Trpc, taskId: string) => trpc.snapshot.list.queryOptions({ taskId }, { refetchInterval: 10_000 });
