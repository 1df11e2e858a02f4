import { AppError } from '@muster/protocol/errors/app-error';
import type { Envelope } from '@muster/protocol/messages/define-message';
import type { RelayOpen } from '@muster/protocol/messages/relay-open';
import { MAX_RELAYED_REQUEST_BYTES } from '@muster/protocol/relay/relayed-call';
import { relayItemSchema } from '@muster/protocol/relay/relay-item';
import type { Hex } from 'viem';
import type { SealedCall } from '../../server/relay-desk.ts';
import { connectPeer } from '../master/master-link.ts';

/** The node's own connection to discovery, over which it is asked and answers. It does not come back by itself. */
export interface RelayLink {
  /** Resolves once discovery relays over this link. Throws its refusal, or DISCOVERY_UNREACHABLE; RATE_LIMITED leaves the link as it is, for another try. */
  open(envelope: Envelope<RelayOpen>): Promise<string>;
  /** Throws what discovery refuses: NOT_FOUND when nobody waits any more, RATE_LIMITED when it is busy. */
  answer(answer: RelayAnswer): Promise<void>;
  close(): Promise<void>;
  /** Resolves when the link is gone; to discovery's reason, if it gave one. */
  closed: Promise<AppError | null>;
}

export interface RelayAnswer {
  linkId: string;
  callId: string;
  /** Null: the node has no answer to this, so that nobody need wait for one. */
  sealed: Hex | null;
}

export interface RelayLinkOptions {
  discoveryUri: string;
  allowPrivate: boolean;
  onCall: (call: SealedCall) => void;
  signal: AbortSignal;
}

/** An answer may be large and the line slow. */
const CALL_TIMEOUT_MS = 60_000;
const OPEN_TIMEOUT_MS = 15_000;
/** Hex, and what the socket says around it. Eight calls may come in one message. */
const MAX_MESSAGE_BYTES = 8 * 2 * MAX_RELAYED_REQUEST_BYTES + 64 * 1024;

/** Throws DISCOVERY_UNREACHABLE, or GuardedFetchError for a URI that is refused. */
export async function connectRelay({ discoveryUri, allowPrivate, onCall, signal }: RelayLinkOptions): Promise<RelayLink> {
  const unreachable = (cause?: unknown) =>
    new AppError('DISCOVERY_UNREACHABLE', { publicMessage: `Discovery at ${discoveryUri} does not answer`, cause });
  const link = await connectPeer({
    url: discoveryUri,
    unreachable,
    maxBytes: MAX_MESSAGE_BYTES,
    allowPrivate,
    callTimeoutMs: CALL_TIMEOUT_MS,
    signal,
  });
  let reason: AppError | null = null;

  return {
    open: (envelope) =>
      new Promise<string>((resolve, reject) => {
        let isOpen = false;
        const fail = (error: AppError) => {
          clearTimeout(timer);
          if (!isOpen && error.code === 'RATE_LIMITED') return reject(error);
          reason = error;
          reject(error);
          void link.close();
        };
        const timer = setTimeout(() => fail(unreachable()), OPEN_TIMEOUT_MS);
        void link.closed.then(() => fail(reason ?? unreachable()));
        const onData = (data: unknown) => {
          const item = relayItemSchema.safeParse(data);
          if (!item.success) fail(new AppError('RESPONSE_INVALID', { cause: item.error }));
          else if (item.data.kind === 'call') onCall(item.data);
          else {
            clearTimeout(timer);
            isOpen = true;
            resolve(item.data.linkId);
          }
        };
        link.subscribe('openRelay', { envelope }, { onData, onError: fail });
      }),
    answer: (call) => link.call('answerRelayed', call).then(() => undefined),
    close: () => link.close(),
    closed: link.closed.then(() => reason),
  };
}
