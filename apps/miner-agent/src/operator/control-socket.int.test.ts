import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@muster/protocol/errors/app-error';
import { createLoggerTo } from '@muster/runtime/logger';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectAgent } from './control-client.ts';
import { CONTROL_SOCKET, startControlServer } from './control-server.ts';

let temp: TempDir;
beforeEach(async () => (temp = await createTempDir('control')));
afterEach(() => temp.remove());

const logger = createLoggerTo({ write: () => undefined }, { name: 'test' });
const handlers = {
  report: () => {
    throw new AppError('NODE_NOT_READY', { publicMessage: 'reached' });
  },
  drain: async () => undefined,
};

// A name that anybody can work out, in a directory for all, is anybody's to take first.
it.each(['data', 'data'.repeat(40)])('is in the data directory and nowhere else, and is found there (%s)', async (name) => {
  const dataDir = join(temp.path, name);
  expect(await connectAgent(dataDir)).toBeNull();
  await mkdir(dataDir);
  expect(await connectAgent(dataDir)).toBeNull();
  const server = await startControlServer(handlers, { dataDir, logger });
  const socket = await lstat(join(dataDir, CONTROL_SOCKET));
  expect(socket.isSocket()).toBe(true);
  expect(socket.mode & 0o777).toBe(0o600);
  await expect(connectAgent(dataDir)).rejects.toMatchObject({ code: 'NODE_NOT_READY' });
  await server.close();
  expect(await connectAgent(dataDir)).toBeNull();
});
