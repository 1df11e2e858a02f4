import type { App } from '@muster/api/app/start-app';
import type { BuyerRouter } from '@muster/api/types';
import { dehydrate, type DehydratedState, type QueryClient } from '@tanstack/react-query';
import { createTRPCClient } from '@trpc/client';
import { createTRPCOptionsProxy, type TRPCOptionsProxy } from '@trpc/tanstack-react-query';
import { cookies } from 'next/headers';
import { makeQueryClient } from '../trpc/query-client.ts';
import { callerLink } from './caller-link.ts';

const SESSION_COOKIE = 'muster_session';

/** The app that our own server composed; undefined under a bare `next dev`, where the browser asks for everything itself. */
const composedApp = (): Pick<App, 'createCaller'> | undefined => Reflect.get(globalThis, Symbol.for('muster.app'));

type Prefetch = (trpc: TRPCOptionsProxy<BuyerRouter>, queryClient: QueryClient) => Promise<unknown>[];

/** Reads what a page shows first, as the signed-in wallet. What fails is left out: the browser asks again and shows the error. */
export async function prefetch(choose: Prefetch): Promise<DehydratedState> {
  // Read before anything else: it tells Next that pages are rendered per request. No app is composed while they are built.
  const token = (await cookies()).get(SESSION_COOKIE)?.value ?? null;
  const queryClient = makeQueryClient({ retries: 0 });
  const app = composedApp();
  if (app) {
    const client = createTRPCClient<BuyerRouter>({ links: [callerLink(app.createCaller(token))] });
    await Promise.all(choose(createTRPCOptionsProxy<BuyerRouter>({ client, queryClient }), queryClient));
  }
  return dehydrate(queryClient);
}
