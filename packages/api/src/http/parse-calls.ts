export type CallId = string | number;

/** One message of tRPC's wsLink. `subscription.stop` has no path and no input. */
export type IncomingCall = { id: CallId; method: 'mutation' | 'subscription' | 'subscription.stop'; path: string; input: unknown };

const METHODS: ReadonlySet<unknown> = new Set(['mutation', 'subscription', 'subscription.stop']);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isMethod = (value: unknown): value is IncomingCall['method'] => METHODS.has(value);
const isId = (value: unknown): value is CallId => Number.isSafeInteger(value) || (typeof value === 'string' && value.length <= 64);

/**
 * The calls of one message: wsLink sends those of one turn of the event loop as a list. Null when any of it is no call. By hand and not by
 * a schema: it runs for every heartbeat, and each input has a schema of its own.
 */
export function parseCalls(text: string): IncomingCall[] | null {
  const message = parseJson(text);
  const calls = (Array.isArray(message) ? message.slice(0, MAX_CALLS) : [message]).map(toCall);
  return calls.every((call) => call !== null) ? calls : null;
}

const MAX_CALLS = 100;

function toCall(message: unknown): IncomingCall | null {
  if (!isRecord(message)) return null;
  const { id, method, params } = message;
  if (!isId(id) || !isMethod(method)) return null;
  if (method === 'subscription.stop') return { id, method, path: '', input: undefined };
  if (!isRecord(params) || typeof params['path'] !== 'string') return null;
  return { id, method, path: params['path'], input: params['input'] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
