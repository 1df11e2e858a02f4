import { once } from 'node:events';
import { lstat, mkdir } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { localSocket } from './local-socket.ts';
import { createTempDir, type TempDir } from './temp-dir.ts';

let temp: TempDir;
beforeEach(async () => (temp = await createTempDir('socket')));
afterEach(() => temp.remove());

it.each(['short', 'long '.repeat(40)])('lies in its own directory and is reached there (%s)', async (name) => {
  const directory = join(temp.path, name);
  await mkdir(directory);
  const [here, there] = [await localSocket(directory, 'a.sock'), await localSocket(directory, 'a.sock')];
  const server = createServer((socket) => socket.end('hello')).listen(here.path);
  await once(server, 'listening');
  expect((await lstat(join(directory, 'a.sock'))).isSocket()).toBe(true);
  const [answer] = await once(connect(there.path), 'data');
  expect(String(answer)).toBe('hello');
  server.close();
  await once(server, 'close');
  await expect(lstat(join(directory, 'a.sock'))).rejects.toThrow('ENOENT');
  await here.release();
  await there.release();
});

it('is told apart from a directory that is not there', async () => {
  const missing = localSocket(join(temp.path, 'missing '.repeat(20)), 'a.sock');
  await expect(missing).rejects.toMatchObject({ code: 'ENOENT' });
});
