import { Batcher } from './batcher.ts';
import { LogBuffer, type LogChunk, type LogSnapshot } from './log-buffer.ts';

const FLUSH_MS = 100;

/** A log buffer that React can subscribe to. */
export class LogStore {
  readonly #buffer = new LogBuffer();
  readonly #listeners = new Set<() => void>();
  readonly #batcher = new Batcher<LogChunk>(FLUSH_MS, (chunks) => {
    if (!this.#buffer.append(chunks)) return;
    for (const listener of this.#listeners) listener();
  });

  push(chunk: LogChunk): void {
    this.#batcher.push(chunk);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): LogSnapshot => this.#buffer.snapshot;
}
