import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import { MAX_RELAYED_ANSWER_BYTES } from '@muster/protocol/relay/relayed-call';
import type { IpRanges } from '@muster/runtime/ip-ranges';
import type { Logger } from '@muster/runtime/logger';
import type { WebSocket } from 'ws';
import type { AgentContext, BuyerContext } from '../context.ts';
import { buyerRouter } from '../routers/buyer-router.ts';
import { discoveryRouter } from '../routers/discovery-router.ts';
import { masterRouter } from '../routers/master-router.ts';
import type { Services } from '../services.ts';
import type { AllowedOrigins } from './allowed-origins.ts';
import { createAgentSocket } from './agent-socket.ts';
import { createBlobRoutes } from './blob-routes.ts';
import { createCallerOf } from './caller-of.ts';
import { createFastPost } from './fast-post.ts';
import { originOf, tokenOf } from './buyer-request.ts';
import { sessionCookie, tokenFromBearer } from './session-cookie.ts';
import { createLogFailure } from './log-failure.ts';
import { createTrpcSocket } from './trpc-socket.ts';
import { untilTaken } from './until-taken.ts';

const BUYER_BODY_BYTES = 1024 * 1024;
/** The sealed answer of a relayed node, in hex (protocol/relay/relayed-call.ts), is the largest message. */
const RELAY_MESSAGE_BYTES = 2 * MAX_RELAYED_ANSWER_BYTES + 64 * 1024;
/** A frame of log chunks is the largest message (protocol/messages/frame.ts), JSON in JSON. */
const AGENT_BODY_BYTES = 12 * 1024 * 1024;

export type ApiHandlerOptions = { services: Services; origins: AllowedOrigins; trustedProxies: IpRanges; logger: Logger };

export type ApiHandler = {
  /** True when the request was for the API and is being answered. */
  request(req: IncomingMessage, res: ServerResponse): boolean;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Ends every socket, telling its client to come back later. */
  close(): Promise<void>;
};

/** Every route of the API on one server: buyers at /api/trpc, agents at /master and /discovery. */
export function createApiHandler({ services, origins, trustedProxies, logger }: ApiHandlerOptions): ApiHandler {
  const callerOf = createCallerOf(trustedProxies);
  const onFailure = createLogFailure(logger);
  const agentContext = (req: IncomingMessage): AgentContext => ({ services, remoteAddress: callerOf(req) });
  const secure = origins.primary.startsWith('https:');

  const buyerContext = (
    req: IncomingMessage,
    extra: { bearer?: string | undefined; res?: ServerResponse; client?: WebSocket },
  ): BuyerContext => ({
    services,
    remoteAddress: callerOf(req),
    origin: originOf(req, origins),
    token: tokenFromBearer(extra.bearer) ?? tokenOf(req, origins),
    setSessionCookie: (session) => {
      if (extra.res && !extra.res.headersSent) extra.res.setHeader('set-cookie', sessionCookie(session, { secure }));
    },
    taken: () => (extra.client ? untilTaken(extra.client) : Promise.resolve()),
  });

  const masterPost = createFastPost({ router: masterRouter, createContext: agentContext, maxBytes: AGENT_BODY_BYTES, onFailure });
  const discoveryPost = createFastPost({ router: discoveryRouter, createContext: agentContext, maxBytes: BUYER_BODY_BYTES, onFailure });
  const masterSocket = createAgentSocket({
    router: masterRouter,
    createContext: agentContext,
    maxBytes: AGENT_BODY_BYTES,
    onFailure,
  });
  const discoverySocket = createAgentSocket({
    router: discoveryRouter,
    createContext: agentContext,
    maxBytes: RELAY_MESSAGE_BYTES,
    onFailure,
  });
  const buyerSocket = createTrpcSocket({
    router: buyerRouter,
    createContext: ({ req, res: client, info }) => buyerContext(req, { bearer: info.connectionParams?.['authorization'], client }),
    maxBytes: BUYER_BODY_BYTES,
    onFailure,
  });

  const blobs = createBlobRoutes({ services, onFailure });

  const buyerHttp = (req: IncomingMessage, res: ServerResponse, path: string): void => {
    res.setHeader('cache-control', 'no-store');
    void nodeHTTPRequestHandler({
      router: buyerRouter,
      req,
      res,
      path,
      maxBodySize: BUYER_BODY_BYTES,
      createContext: () => buyerContext(req, { res }),
      onError: ({ error, path: failed }) => onFailure(error, failed ?? ''),
    });
  };

  return {
    request(req, res) {
      const path = pathOf(req);
      if (path.startsWith('/master/blobs/') && req.method === 'PUT')
        void blobs.upload(req, res, { sha256: path.slice('/master/blobs/'.length), from: callerOf(req) });
      else if (path.startsWith('/api/snapshots/') && req.method === 'GET')
        void blobs.download(res, { snapshotId: path.slice('/api/snapshots/'.length), token: tokenOf(req, origins) });
      else if (path.startsWith('/master/')) void masterPost(req, res, path.slice('/master/'.length));
      else if (path.startsWith('/discovery/')) void discoveryPost(req, res, path.slice('/discovery/'.length));
      else if (path.startsWith('/api/trpc/')) buyerHttp(req, res, path.slice('/api/trpc/'.length));
      else return false;
      return true;
    },
    upgrade(req, socket, head) {
      const path = pathOf(req);
      if (path === '/master') masterSocket.upgrade(req, socket, head);
      else if (path === '/discovery') discoverySocket.upgrade(req, socket, head);
      else if (path === '/api/trpc') {
        // A page of another site may open sockets here, with our cookie: its Origin gives it away.
        if (req.headers.origin !== undefined && !origins.has(req.headers.origin)) refuse(socket);
        else buyerSocket.upgrade(req, socket, head);
      } else return false;
      return true;
    },
    async close() {
      await Promise.all([masterSocket.close(), discoverySocket.close(), buyerSocket.close()]);
    },
  };
}

const pathOf = (req: IncomingMessage): string => (req.url ?? '/').split('?', 1)[0] ?? '/';

function refuse(socket: Duplex): void {
  socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
}
