import { createTRPCUntypedClient, createWSClient, wsLink } from '@trpc/client';
import { AppError } from '@muster/protocol/errors/app-error';
import { guardedWebSocketOptions } from '@muster/runtime/guarded-websocket';
import { WebSocket } from 'ws';

/** One WebSocket to the master or to discovery. It does not come back by itself: frames are numbered, so whoever reconnects must number anew. */
export interface PeerLink {
  /** The raw answer. Throws the peer's AppError, or MASTER_UNREACHABLE or DISCOVERY_UNREACHABLE. */
  call(path: string, input: unknown): Promise<unknown>;
  /** Ends the subscription when the link ends. */
  subscribe(path: string, input: unknown, handlers: { onData: (data: unknown) => void; onError: (error: AppError) => void }): void;
  close(): Promise<void>;
  /** Resolves when the link is gone, for whatever reason. */
  closed: Promise<void>;
}

export type MasterLink = PeerLink;

export interface PeerLinkOptions {
  /** http or https; the socket is opened at the same place by ws or wss. */
  url: string;
  /** What to say when the peer does not answer. */
  unreachable: (cause?: unknown) => AppError;
  /** Of one message, from the peer. */
  maxBytes: number;
  allowPrivate: boolean;
  callTimeoutMs: number;
  /** Ends the link, also one that is not there yet. */
  signal: AbortSignal;
}

export interface MasterLinkOptions extends Pick<PeerLinkOptions, 'allowPrivate' | 'callTimeoutMs' | 'signal'> {
  masterUrl: string;
}

const MASTER_MESSAGE_BYTES = 8 * 1024 * 1024;
const HANDSHAKE_MS = 10_000;
const FAREWELL_MS = 1_000;

export function connectMaster({ masterUrl, ...options }: MasterLinkOptions): Promise<MasterLink> {
  const unreachable = (cause?: unknown) =>
    new AppError('MASTER_UNREACHABLE', { publicMessage: `The master at ${masterUrl} does not answer`, cause });
  return connectPeer({ ...options, url: masterUrl, unreachable, maxBytes: MASTER_MESSAGE_BYTES });
}

/** Guarded like every address that came from a peer. Throws GuardedFetchError for a URL that is refused, or `unreachable`. */
export async function connectPeer(options: PeerLinkOptions): Promise<PeerLink> {
  const { unreachable, maxBytes, allowPrivate, callTimeoutMs, signal: stop } = options;
  stop.throwIfAborted();
  const url = options.url.replace(/^http/, 'ws');
  const guarded = guardedWebSocketOptions(url, { allowPrivate, maxBytes, handshakeTimeoutMs: HANDSHAKE_MS });
  const GuardedWebSocket = class extends WebSocket {
    constructor(address: string | URL) {
      super(address, guarded);
    }

    /** A line that is dead answers no farewell either: whoever closes does not wait for it. */
    override close(code?: number, data?: string | Buffer): void {
      super.close(code, data);
      setTimeout(() => this.terminate(), FAREWELL_MS).unref();
    }
  };
  if (!isStandardWebSocket(GuardedWebSocket)) throw new TypeError('the ws library has no standard WebSocket interface');
  let onClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (onClosed = resolve));
  let onOpened: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (onOpened = resolve));

  const socket = createWSClient({
    url,
    WebSocket: GuardedWebSocket,
    keepAlive: { enabled: true, intervalMs: 10_000, pongTimeoutMs: 5_000 },
    // We close a client whose socket has closed, so it never retries; but it holds the event loop while it waits to.
    retryDelayMs: () => 500,
    onOpen: () => onOpened(),
    onClose: () => onClosed(),
  });
  const client = createTRPCUntypedClient({ links: [wsLink({ client: socket })] });
  const close = async () => {
    await socket.close();
    onClosed();
  };
  const onStop = () => void close();
  stop.addEventListener('abort', onStop);
  void closed.then(() => {
    stop.removeEventListener('abort', onStop);
    return socket.close();
  });

  const whileOpen = createClosable(closed, () => unreachable());
  await whileOpen(opened);

  return {
    closed,
    close,
    async call(path, input) {
      const signal = AbortSignal.timeout(callTimeoutMs);
      try {
        return await whileOpen(client.mutation(path, input, { signal }));
      } catch (error) {
        const refusal = AppError.fromWire(error);
        if (refusal) throw refusal;
        // No answer, or none that makes sense: the link is of no use any more.
        await close();
        throw unreachable(error);
      }
    },
    subscribe(path, input, { onData, onError }) {
      client.subscription(path, input, {
        onData,
        onError: (error) => onError(AppError.fromWire(error) ?? unreachable(error)),
        onComplete: () => onError(unreachable()),
      });
    },
  };
}

/** ws speaks the standard's interface as far as tRPC uses it, but declares types of its own. */
function isStandardWebSocket(candidate: { prototype: object }): candidate is typeof globalThis.WebSocket {
  return ['addEventListener', 'removeEventListener', 'send', 'close'].every((method) => method in candidate.prototype);
}

/** Rejects what is still pending when the link closes. Unlike a race against `closed`, it leaves nothing behind per call. */
function createClosable(closed: Promise<void>, reason: () => AppError) {
  const pending = new Set<(error: AppError) => void>();
  let isClosed = false;
  void closed.then(() => {
    isClosed = true;
    for (const reject of pending) reject(reason());
  });
  return <T>(work: Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      // Also when the link is closed already: nobody else listens to what becomes of the work.
      work.then(resolve, reject).finally(() => pending.delete(reject));
      if (isClosed) reject(reason());
      else pending.add(reject);
    });
}
