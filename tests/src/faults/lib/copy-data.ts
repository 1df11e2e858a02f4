import { cp, lstat } from 'node:fs/promises';

/** An agent's data directory as a backup would take it: without sockets, its lock among them, and without half-written files. */
export const copyData = (from: string, to: string): Promise<void> =>
  cp(from, to, {
    recursive: true,
    force: true,
    filter: async (path) => !/\.tmp$|lost\+found$/.test(path) && !(await lstat(path)).isSocket(),
  });
