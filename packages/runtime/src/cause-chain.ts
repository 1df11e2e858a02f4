const MAX_CAUSES = 6;
const MAX_CHARS = 200;

/** An error and what lies behind it on one line, the outermost first, without stacks: `HTTP request failed (http://rpc:8545): fetch failed: …`. */
export function causeChain(error: unknown): string {
  const parts: string[] = [];
  for (let cause = error; cause !== undefined && cause !== null && parts.length < MAX_CAUSES; cause = property(cause, 'cause')) {
    const part = describe(cause);
    if (part !== '' && parts.at(-1) !== part) parts.push(part);
  }
  return parts.join(': ');
}

function describe(cause: unknown): string {
  // viem repeats the whole request in `message`, the RPC's key included; its `shortMessage` does not.
  const message =
    property(cause, 'shortMessage') ?? (cause instanceof Error ? cause.message || (property(cause, 'code') ?? cause.name) : cause);
  const line = String(message).split('\n', 1)[0]?.replace(/\.$/, '') ?? '';
  const url = property(cause, 'url');
  const origin = typeof url === 'string' && URL.canParse(url) ? ` (${new URL(url).origin})` : '';
  return `${line.slice(0, MAX_CHARS)}${origin}`;
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
