import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@muster/runtime/temp-dir';
import { describe, expect, it } from 'vitest';
import { settingsSchema } from '../env.ts';
import { mergeSettings } from '../settings/merge-settings.ts';
import { setupCommand } from './setup.ts';

describe('setupCommand', () => {
  it('makes a data directory and a file in it that nobody else can read', async () => {
    const temp = await createTempDir('muster-setup');
    const dataDir = join(temp.path, 'home', 'miner');
    const path = join(dataDir, 'config.yaml');
    const settings = mergeSettings(settingsSchema, { env: { MUSTER_DATA_DIR: dataDir } });
    const answers = ['7', '', '', '/etc/provider.key', ''];
    try {
      await setupCommand(
        { ...settings, file: { path, exists: false } },
        { isInteractive: true, ask: async (_question, guess = '') => answers.shift() || guess, confirm: async () => true },
      );
      const modes = await Promise.all([dataDir, path].map(async (made) => (await stat(made)).mode & 0o777));
      expect(modes).toEqual([0o700, 0o600]);
    } finally {
      await temp.remove();
    }
  });
});
