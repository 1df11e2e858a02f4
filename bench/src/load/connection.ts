/** One client with one request under way at a time. */
export interface Connection {
  /** Sends one request; resolves when its answer has arrived and was the right one. */
  exchange(): Promise<void>;
  close(): void;
}
