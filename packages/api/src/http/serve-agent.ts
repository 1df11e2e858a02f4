import { AppError } from '@muster/protocol/errors/app-error';
import type { WebSocket } from 'ws';
import type { LogFailure } from './log-failure.ts';
import { parseCalls, type CallId, type IncomingCall } from './parse-calls.ts';
import type { ProcedureCalls } from './procedure-calls.ts';

export type AgentConnection = { client: WebSocket; ctx: unknown; calls: ProcedureCalls; onFailure: LogFailure };

/** What one socket may have open at once. */
const MAX_STREAMS = 16;

/** Answers one agent's socket until it closes. */
export function serveAgent({ client, ctx, calls, onFailure }: AgentConnection): void {
  const streams = new Map<CallId, AbortController>();

  const respond = (id: CallId | null, body: object): void => {
    if (client.readyState === client.OPEN) client.send(JSON.stringify({ id, ...body }));
  };
  const result = (id: CallId, outcome: object): void => respond(id, { result: outcome });

  /** Resolves when the operating system has taken it, or the socket is gone. */
  const sent = (body: object): Promise<void> => new Promise((resolve) => client.send(JSON.stringify(body), () => resolve()));

  async function answer({ id, path, input }: IncomingCall): Promise<void> {
    try {
      const call = calls.find(path, 'mutation');
      if (call === undefined) throw notServed(path);
      result(id, { type: 'data', data: await call({ input, ctx }) });
    } catch (error) {
      respond(id, { error: calls.errorOf(error, { path, type: 'mutation' }) });
    }
  }

  async function stream({ id, path, input }: IncomingCall): Promise<void> {
    const controller = new AbortController();
    try {
      const call = calls.find(path, 'subscription');
      if (call === undefined) throw notServed(path);
      if (streams.has(id) || streams.size >= MAX_STREAMS)
        throw new AppError('RATE_LIMITED', { publicMessage: 'Too many streams over one socket.' });
      streams.set(id, controller);
      const items = (await call({ input, ctx, signal: controller.signal })) as AsyncIterable<unknown>;
      result(id, { type: 'started' });
      // One at a time: what a slow reader has not taken yet must not pile up here.
      for await (const data of items) await sent({ id, result: { type: 'data', data } });
      result(id, { type: 'stopped' });
    } catch (error) {
      respond(id, { error: calls.errorOf(error, { path, type: 'subscription' }) });
    } finally {
      if (streams.get(id) === controller) streams.delete(id);
    }
  }

  function take(text: string): void {
    const incoming = parseCalls(text);
    if (incoming === null) {
      const refusal = new AppError('BAD_INPUT', { publicMessage: 'The message is no call.' });
      respond(null, { error: calls.errorOf(refusal, { path: '', type: 'mutation' }) });
    }
    for (const call of incoming ?? []) {
      if (call.method === 'mutation') void answer(call);
      else if (call.method === 'subscription') void stream(call);
      else streams.get(call.id)?.abort();
    }
  }

  client.on('message', (data: Buffer) => {
    const text = data.toString('utf8');
    // The client's own keep-alive.
    if (text === 'PING') client.send('PONG');
    else if (text !== 'PONG') take(text);
  });
  client.on('error', (cause) => onFailure(new AppError('BAD_INPUT', { cause }), ''));
  client.once('close', () => {
    for (const controller of streams.values()) controller.abort();
  });
}

const notServed = (path: string): AppError => new AppError('NOT_FOUND', { publicMessage: `There is no "${path.slice(0, 64)}" here.` });
