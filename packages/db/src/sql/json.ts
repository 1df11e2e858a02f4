/**
 * JSON text that jsonb takes whatever a peer wrote: PostgreSQL refuses NUL characters and lone surrogates, and one such
 * string must not fail the batch that it arrived in. They become U+FFFD.
 */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return /\\u0000|\\ud[89a-f]/i.test(text) ? JSON.stringify(clean(JSON.parse(text))) : text;
}

/** Text that a text column takes, likewise. */
export const cleanText = (text: string): string => text.replace(/\0|\p{Surrogate}/gu, '\uFFFD');

function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [cleanText(key), clean(entry)]));
}
