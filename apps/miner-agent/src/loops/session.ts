import { AppError } from '@muster/protocol/errors/app-error';
import type { ErrorCode } from '@muster/protocol/errors/codes';
import type { Heartbeat } from '@muster/protocol/messages/frames';
import { systemClock } from '@muster/runtime/clock';
import { compareOrderVersion, type OrderVersion } from '@muster/protocol/messages/order';
import type { Logger } from '@muster/runtime/logger';
import { z } from 'zod';
import { connectMaster, type MasterLink } from '../adapters/master/master-link.ts';
import { createNotifier } from '../notifier.ts';
import { toAppError } from '../reconcile/step-failure.ts';
import { openSession, type OpenedSession, type OpenSessionInput } from '../session/open-session.ts';
import type { Outbox } from '../session/outbox.ts';
import { createSessionChannel, type FrameCounter, type SessionChannel } from '../session/session-channel.ts';
import type { AcceptedInvite } from '../state/agent-state.ts';

export interface SessionLoopOptions extends Omit<OpenSessionInput, 'link' | 'invite'> {
  logger: Logger;
  signal: AbortSignal;
  allowPrivate: boolean;
  outbox: Outbox;
  currentInvite: () => AcceptedInvite | null;
  heartbeatBody: () => Promise<Heartbeat>;
  onOrders: (orders: readonly unknown[]) => Promise<void>;
  /** Every order that matters has arrived: an allocation that none of them named is not wanted. */
  onOrdersComplete: (named: ReadonlySet<string>) => Promise<void>;
  /** Unix ms. */
  onMasterClock: (theirs: number) => void;
  /** Before something is asked of the master: the moment, for `onContact`. */
  moment: () => number;
  /** The master has confirmed that we live; lostAfterMs from `askedAt` on it may believe otherwise. */
  onContact: (lostAfterMs: number, askedAt: number) => Promise<void>;
}

export interface SessionLoop {
  run(): Promise<void>;
  /** The open channel, or null while there is none. */
  channel(): SessionChannel | null;
  /** A new invite was accepted: use it now. */
  inviteChanged(): void;
  /** What the heartbeat says has changed, and the master should know now. */
  beatNow(): void;
  view(): SessionView;
}

/** For the owner of the machine. */
export interface SessionView {
  /** Null while there is no link to the master. */
  open: { sessionId: string; generation: number; lastHeartbeatAt: number | null } | null;
  /** As the master has it. */
  lastBeat: Heartbeat | null;
}

/** `informed`: everything that the master wanted when it was opened has been learned. */
interface Held {
  session: OpenedSession;
  counter: FrameCounter;
  informed: boolean;
}

const CALL_TIMEOUT_MS = 15_000;
const MIN_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 30_000;
const SUPERSEDED_PAUSE_MS = 120_000;
const COALESCE_MS = 20;
/** Most starts of an image that is here are over by then, and cost the master one report instead of four. */
const UNDER_WAY_MS = 200;

/** After these the session is of no more use, though the link may be. */
const ENDS_SESSION: ReadonlySet<ErrorCode> = new Set(['SESSION_UNKNOWN', 'SESSION_SUPERSEDED', 'MAC_INVALID', 'COUNTER_REPLAYED']);

/** Keeps a session with the master for as long as there is an invite: connects, opens or resumes, beats, delivers, and again. */
export function createSessionLoop(options: SessionLoopOptions): SessionLoop {
  const { logger, signal, outbox, currentInvite } = options;
  const work = createNotifier();
  const invites = createNotifier();
  const beats = createNotifier();
  let held: Held | null = null;
  let channel: SessionChannel | null = null;
  let outage = 0;
  let lastBeat: Heartbeat | null = null;

  async function once(invite: AcceptedInvite): Promise<void> {
    const link = await connectMaster({
      masterUrl: invite.masterUrl,
      allowPrivate: options.allowPrivate,
      callTimeoutMs: CALL_TIMEOUT_MS,
      signal,
    });
    try {
      if (held?.session.inviteDigest !== invite.digest) held = await open(link, invite);
      else logger.info({ event: 'session.resumed', sessionId: held.session.sessionId }, 'the link to the master is back');
      outage = 0;
      const own = createSessionChannel(held.session, held.counter, link);
      if (!held.informed) await learnWanted(own);
      held.informed = true;
      await serve(link, own, held.session);
    } finally {
      channel = null;
      await link.close();
    }
  }

  async function open(link: MasterLink, invite: AcceptedInvite): Promise<Held> {
    const askedAt = options.moment();
    const session = await openSession({ ...options, link, invite });
    const { sessionId, generation, heartbeatMs, lostAfterMs } = session;
    logger.info({ event: 'session.opened', sessionId, generation, heartbeatMs, lostAfterMs, master: invite.master }, 'the session is open');
    // First what silence did, then what is wanted now: an order of this session is not to be fenced for a silence before it.
    await options.onContact(lostAfterMs, askedAt);
    return { session, counter: { last: 0 }, informed: false };
  }

  /** Page by page: only the whole says what is not wanted, so a link that breaks in between has told nothing. */
  async function learnWanted(own: SessionChannel): Promise<void> {
    const named = new Set<string>();
    let after: OrderVersion = { masterEpoch: 0, counter: 0 };
    for (;;) {
      const orders = await own.wantedOrders(after);
      const last = orders.at(-1)?.message;
      if (last === undefined) break;
      if (compareOrderVersion(last, after) <= 0)
        throw new AppError('RESPONSE_INVALID', { publicMessage: 'The orders that the master wants carried out do not come in order' });
      await options.onOrders(orders);
      for (const { message } of orders) for (const id of allocationIdsIn(message.body)) named.add(id);
      after = last;
    }
    await options.onOrdersComplete(named);
  }

  /** Ends with the error that ended the link or the session. */
  async function serve(link: MasterLink, own: SessionChannel, session: OpenedSession): Promise<void> {
    channel = own;
    const ended = new AbortController();
    const gone = link.closed.then(() => Promise.reject(new AppError('MASTER_UNREACHABLE')));
    let take: (orders: readonly unknown[]) => Promise<void> = options.onOrders;
    const orders = new Promise<never>((_, reject) => {
      take = (received) => options.onOrders(received).catch(reject);
      own.receiveOrders({ onOrders: (received) => void take(received), onError: reject });
    });
    const beating = beat(own, { session, take, ended: ended.signal });
    try {
      await Promise.race([gone, orders, newerInvite(session, ended.signal), beating, deliver(own, ended.signal)]);
    } finally {
      ended.abort(new Error('the link ended'));
    }
  }

  /** The master invites again only when it holds no session of ours: this one is then of no use. */
  async function newerInvite({ inviteDigest }: OpenedSession, ended: AbortSignal): Promise<void> {
    while (!ended.aborted && currentInvite()?.digest === inviteDigest) await invites.wait({ signal: ended });
  }

  interface Beating {
    session: OpenedSession;
    take: (orders: readonly unknown[]) => Promise<void>;
    ended: AbortSignal;
  }

  async function beat(own: SessionChannel, { session, take, ended }: Beating): Promise<void> {
    const { heartbeatMs, lostAfterMs, sessionId } = session;
    let taking: Promise<void> | null = null;
    for (;;) {
      const body = await options.heartbeatBody();
      const askedAt = options.moment();
      const { orders, now: theirs } = await own.heartbeat(body);
      options.onMasterClock(theirs);
      lastBeat = body;
      await options.onContact(lostAfterMs, askedAt);
      logger.debug({ event: 'heartbeat.sent', sessionId, allocations: body.allocations.length, orders: orders.length }, 'heartbeat');
      // Orders are written down before they count. A disk that is slow at it must not look like a node that is gone; what rides on this beat rides on the next.
      taking ??= take(orders).finally(() => (taking = null));
      await beats.wait({ signal: ended, timeoutMs: heartbeatMs });
      ended.throwIfAborted();
    }
  }

  async function deliver(own: SessionChannel, ended: AbortSignal): Promise<void> {
    for (;;) {
      ended.throwIfAborted();
      await outbox.flush(own);
      // What comes in a burst goes out in one frame.
      await systemClock.sleep(COALESCE_MS, ended);
      await work.wait({ signal: ended });
      // What the master acts upon goes out at once; that a start is under way waits a moment for how it goes on.
      const waitsUntil = performance.now() + UNDER_WAY_MS;
      for (let left = UNDER_WAY_MS; left > 0 && !outbox.isUrgent(); left = waitsUntil - performance.now()) {
        await work.wait({ signal: ended, timeoutMs: left });
        ended.throwIfAborted();
      }
    }
  }

  /** How long to wait before the next try. */
  function pauseAfter(error: AppError, { attempt, lostAfterMs }: { attempt: number; lostAfterMs: number }): number {
    // Somebody else has opened a session with our key. Taking it back at once would only make the two of us alternate.
    if (error.code === 'SESSION_SUPERSEDED') return SUPERSEDED_PAUSE_MS;
    // The pause must never be what makes the master take us for lost.
    const longest = Math.min(MAX_BACKOFF_MS, Math.max(MIN_BACKOFF_MS, lostAfterMs / 8));
    const ceiling = Math.min(longest, MIN_BACKOFF_MS * 2 ** Math.min(attempt, 10));
    return ceiling / 2 + Math.random() * (ceiling / 2);
  }

  async function run(): Promise<void> {
    let attempt = 0;
    while (!signal.aborted) {
      const invite = currentInvite();
      if (!invite) {
        await invites.wait({ signal });
        continue;
      }
      const startedAt = performance.now();
      try {
        await once(invite);
      } catch (thrown) {
        if (signal.aborted) return;
        const error = toAppError(thrown);
        if (ENDS_SESSION.has(error.code)) held = null;
        if (performance.now() - startedAt > MAX_BACKOFF_MS) attempt = 0;
        const pauseMs = Math.round(pauseAfter(error, { attempt, lostAfterMs: invite.lostAfterMs }));
        attempt += 1;
        // An outage is news once.
        outage += 1;
        const level = error.code === 'SESSION_SUPERSEDED' ? 'error' : outage === 1 ? 'warn' : 'debug';
        logger[level]({ event: 'session.lost', code: error.code, retryInMs: pauseMs, err: error }, `${error.publicMessage} ${error.hint}`);
        await invites.wait({ signal, timeoutMs: pauseMs });
      }
    }
  }

  outbox.onWork(() => work.notify());
  return {
    run,
    channel: () => channel,
    inviteChanged: () => invites.notify(),
    beatNow: () => beats.notify(),
    view: () => ({
      lastBeat,
      open:
        held && channel
          ? { sessionId: held.session.sessionId, generation: held.session.generation, lastHeartbeatAt: lastBeat?.at ?? null }
          : null,
    }),
  };
}

/** Read leniently: an order that is too new to be understood here still says that its allocation is wanted. */
const ofAllocation = z.object({ allocationId: z.string() });
function allocationIdsIn(body: string): string[] {
  const parsed = ofAllocation.safeParse(JSON.parse(body));
  return parsed.success ? [parsed.data.allocationId] : [];
}
