import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { countFiles } from './count-files.ts';

let directory: TempDir;
beforeEach(async () => void (directory = await createTempDir('muster-count-files')));
afterEach(() => directory.remove());
const at = (...names: string[]) => join(directory.path, ...names);

it('counts files and directories, and follows no link', async () => {
  await mkdir(at('a', 'b'), { recursive: true });
  await writeFile(at('a', 'b', 'one'), '');
  await writeFile(at('two'), '');
  await symlink('/', at('everything'));
  expect(await countFiles(directory.path, { most: 100 })).toBe(5);
});

it('stops as soon as there are too many', async () => {
  for (let index = 0; index < 20; index += 1) await writeFile(at(String(index)), '');
  expect(await countFiles(directory.path, { most: 7 })).toBe(8);
});

it('passes over what is not there', async () => {
  expect(await countFiles(at('nowhere'), { most: 7 })).toBe(0);
});

it('takes what lies deeper than any path leads for too many', async () => {
  const name = 'd'.repeat(200);
  const cwd = process.cwd();
  try {
    // Step by step, as whoever wants to hide something there would do it.
    process.chdir(directory.path);
    for (let depth = 0; depth < 25; depth += 1) {
      await mkdir(name);
      process.chdir(name);
    }
  } finally {
    process.chdir(cwd);
  }
  expect(await countFiles(directory.path, { most: 1_000 })).toBe(1_001);
  // By steps as well; what removes the rest goes by whole paths.
  execFileSync('rm', ['-rf', at(name)]);
});
