import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ensureDirectory } from './ensure-directory.ts';
import { createTempDir } from './temp-dir.ts';

const directory = await createTempDir('muster-ensure-');
afterAll(() => directory.remove());

describe('ensureDirectory', () => {
  it('makes the directory with its parents, for this user alone, and is content with one that is there', async () => {
    const path = join(directory.path, 'a', 'b');
    await ensureDirectory(path);
    await ensureDirectory(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  it('names a file that stands in the way', async () => {
    const file = join(directory.path, 'file');
    await writeFile(file, '');
    const refusal = { code: 'DATA_DIR_UNUSABLE', hint: expect.stringContaining('MUSTER_DATA_DIR') };
    await expect(ensureDirectory(file)).rejects.toMatchObject({ ...refusal, message: expect.stringContaining('is a file') });
    await expect(ensureDirectory(join(file, 'below'))).rejects.toMatchObject(refusal);
  });

  it('ends where the system takes no new entries', async () => {
    await expect(ensureDirectory('/proc/muster/data')).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' });
  });
});
