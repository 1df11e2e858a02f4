import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { PROBE_PROGRAM } from './fence-probe.ts';

const address = '127.0.0.1';
/** Longer than an attempt may last: the answer comes while nobody can look. */
const STALL = 'for (const until = Date.now() + 1_500; Date.now() < until; );';

it('takes a hole for one, however late the machine lets it look', async () => {
  const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const targets = JSON.stringify([{ address, port }]);
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', PROBE_PROGRAM + STALL, targets]);
  server.close();
  expect(JSON.parse(stdout)).toEqual(['reached']);
});
