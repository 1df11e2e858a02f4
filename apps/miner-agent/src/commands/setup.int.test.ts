import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@muster/runtime/temp-dir';
import { describe, expect, it, onTestFinished } from 'vitest';
import { settingsSchema } from '../env.ts';
import { mergeSettings } from '../settings/merge-settings.ts';
import { setupCommand } from './setup.ts';

async function setup(dataDir: string, path: string): Promise<void> {
  const settings = mergeSettings(settingsSchema, { env: { MUSTER_DATA_DIR: dataDir } });
  const answers = ['7', '', '', '/etc/provider.key', ''];
  await setupCommand(
    { ...settings, file: { path, exists: false } },
    { isInteractive: true, ask: async (_question, guess = '') => answers.shift() || guess, confirm: async () => true },
  );
}

const modesOf = (...paths: string[]) => Promise.all(paths.map(async (path) => (await stat(path)).mode & 0o777));

describe('setupCommand', () => {
  it('makes a data directory and a file in it that nobody else can read', async () => {
    const temp = await createTempDir('muster-setup');
    onTestFinished(() => temp.remove());
    const dataDir = join(temp.path, 'home', 'miner');
    const path = join(dataDir, 'config.yaml');
    await setup(dataDir, path);
    expect(await modesOf(dataDir, path)).toEqual([0o700, 0o600]);
  });

  it('writes a file elsewhere for a data directory that is not this user’s to make', async () => {
    const temp = await createTempDir('muster-setup');
    onTestFinished(() => temp.remove());
    const path = join(temp.path, 'config.yaml');
    await setup('/proc/muster', path);
    expect(await modesOf(path)).toEqual([0o600]);
  });
});
