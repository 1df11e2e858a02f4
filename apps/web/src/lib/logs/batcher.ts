/** Collects what arrives within `intervalMs` and hands it on together: a program may print faster than a screen can show. */
export class Batcher<T> {
  #items: T[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #intervalMs: number;
  readonly #flush: (items: readonly T[]) => void;

  constructor(intervalMs: number, flush: (items: readonly T[]) => void) {
    this.#intervalMs = intervalMs;
    this.#flush = flush;
  }

  push(item: T): void {
    this.#items.push(item);
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      const items = this.#items;
      this.#items = [];
      this.#timer = undefined;
      this.#flush(items);
    }, this.#intervalMs);
  }
}
