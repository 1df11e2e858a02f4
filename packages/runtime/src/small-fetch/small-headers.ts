import { validateHeaderName, validateHeaderValue } from 'node:http';

export type HeadersInput = Iterable<readonly string[]> | Readonly<Record<string, string>>;

/** `Headers`, without the stack that node's own brings along. */
export class SmallHeaders {
  readonly #values = new Map<string, string>();
  readonly #cookies: string[] = [];

  constructor(init: HeadersInput = {}) {
    const entries = isIterable(init) ? init : Object.entries(init);
    for (const entry of entries) {
      const [name, value] = entry;
      if (name === undefined || value === undefined) throw new TypeError('a header is a name and a value');
      this.append(name, value);
    }
  }

  append(name: string, value: string): void {
    const [key, text] = checked(name, value);
    if (key === 'set-cookie') this.#cookies.push(text);
    else this.#values.set(key, this.#values.has(key) ? `${this.#values.get(key)}, ${text}` : text);
  }

  set(name: string, value: string): void {
    const [key, text] = checked(name, value);
    if (key === 'set-cookie') this.#cookies.splice(0, Number.POSITIVE_INFINITY, text);
    else this.#values.set(key, text);
  }

  get(name: string): string | null {
    const key = nameOf(name);
    if (key === 'set-cookie') return this.#cookies.length === 0 ? null : this.#cookies.join(', ');
    return this.#values.get(key) ?? null;
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  delete(name: string): void {
    const key = nameOf(name);
    if (key === 'set-cookie') this.#cookies.length = 0;
    else this.#values.delete(key);
  }

  getSetCookie(): string[] {
    return [...this.#cookies];
  }

  /** By name, each cookie by itself. */
  *entries(): IterableIterator<[string, string]> {
    const all = [...this.#values, ...this.#cookies.map((cookie): [string, string] => ['set-cookie', cookie])];
    yield* all.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(use: (value: string, name: string, headers: SmallHeaders) => void): void {
    for (const [name, value] of this.entries()) use(value, name, this);
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }
}

const isIterable = (init: HeadersInput): init is Iterable<readonly string[]> => Symbol.iterator in init;

function nameOf(name: string): string {
  validateHeaderName(name);
  return name.toLowerCase();
}

function checked(name: string, value: string): [string, string] {
  const text = String(value).replaceAll(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  validateHeaderValue(name, text);
  return [nameOf(name), text];
}
