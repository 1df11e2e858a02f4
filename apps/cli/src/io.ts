/** What a command line touches of its process; tests give their own. */
export interface Io {
  stdout: (text: string) => void;
  stderr: (text: string) => void;
  readStdin: () => Promise<string>;
  env: Readonly<Record<string, string | undefined>>;
  /** Aborts on Ctrl-C: a followed log ends well. */
  signal: AbortSignal;
  /** Unix ms. */
  now: () => number;
}
