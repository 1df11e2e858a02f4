import { join } from 'node:path';
import { createTempDir } from '@muster/runtime/temp-dir';
import { expect, it, onTestFinished } from 'vitest';
import { ManagedProcess } from './managed-process.ts';

it.each([
  ['process.exit(3)', 'ended (exit code 3)'],
  ['process.kill(process.pid, "SIGKILL")', 'ended (killed by SIGKILL)'],
])('says how a daemon ended: %s', async (program, how) => {
  const directory = await createTempDir('muster-daemon');
  onTestFinished(() => directory.remove());
  const daemon = new ManagedProcess({
    name: 'daemon',
    command: process.execPath,
    args: ['-e', program],
    cwd: directory.path,
    env: {},
    logFile: join(directory.path, 'log'),
  });
  await expect(daemon.waitForEvent('ready', { timeoutMs: 60_000 })).rejects.toThrow(`daemon ${how}`);
});
