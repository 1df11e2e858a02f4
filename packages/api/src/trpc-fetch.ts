/** The least of `fetch` that the guarded one and the global one share. */
export type PlainFetch = (input: string, init?: RequestInit) => Promise<Response>;

type LinkInit = {
  body?: unknown;
  headers?: RequestInit['headers'] | undefined;
  method?: string | undefined;
  signal?: AbortSignal | null | undefined;
};

/** A plain `fetch` in the form that tRPC's links call. Bodies are the JSON text that the link made. */
export function linkFetch(fetch: PlainFetch) {
  return (input: string | URL | Request, init: LinkInit = {}): Promise<Response> => {
    const url = input instanceof Request ? input.url : String(input);
    return fetch(url, {
      method: init.method ?? 'GET',
      ...(init.headers === undefined ? {} : { headers: init.headers }),
      ...(typeof init.body === 'string' ? { body: init.body } : {}),
      signal: init.signal ?? null,
    });
  };
}
