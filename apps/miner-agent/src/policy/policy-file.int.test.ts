import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLoggerTo } from '@muster/runtime/logger';
import { createTempDir } from '@muster/runtime/temp-dir';
import { expect, it, onTestFinished } from 'vitest';
import { waitFor } from '../testing/test-docker.ts';
import { openPolicyBook, readPolicy } from './policy-file.ts';
import { DEFAULT_POLICY } from './policy.ts';

async function setup(text: string | null) {
  const dir = await createTempDir('muster-policy');
  onTestFinished(() => dir.remove());
  const path = join(dir.path, 'policy.yaml');
  if (text !== null) await writeFile(path, text);
  const lines: string[] = [];
  const logger = createLoggerTo({ write: (line: string) => void lines.push(line) }, { name: 'test', level: 'info' });
  const replace = async (next: string) => {
    await writeFile(`${path}.new`, next);
    await rename(`${path}.new`, path);
  };
  return { path, replace, logger, lines };
}

it('is the default policy without a file, and an error without one that was named', async () => {
  const { path } = await setup(null);
  expect(await readPolicy({ path, isRequired: false })).toEqual({ policy: DEFAULT_POLICY, isDefault: true });
  await expect(readPolicy({ path, isRequired: true })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    publicMessage: expect.stringContaining(path),
  });
});

it('does not start with a broken file, and names file, line, path and an example', async () => {
  const { path, logger } = await setup('limits:\n  each: { cpu: many }\n');
  await expect(openPolicyBook({ path, isRequired: false }, logger)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    publicMessage: expect.stringMatching(/policy\.yaml:2: limits\.each\.cpu: expected hardware threads.* Example: each: \{/),
  });
});

it('keeps the policy that was in force when the new file is broken or gone, and says so', async () => {
  const { path, replace, logger, lines } = await setup('limits: { allocations: 3 }');
  const book = await openPolicyBook({ path, isRequired: false }, logger);
  await replace('limits: { allocations: few }');
  await book.reload();
  expect(book.current().limits.maxAllocations).toBe(3);
  expect(lines.at(-1)).toMatch(/policy\.invalid.*limits\.allocations/);
  await rm(path);
  await book.reload();
  expect(book.current().limits.maxAllocations).toBe(3);
  await replace('limits: { allocations: 5 }');
  await book.reload();
  expect(book.current().limits.maxAllocations).toBe(5);
});

it('follows the file, also when another is put in its place', async () => {
  const { path, replace, logger } = await setup('limits: { allocations: 3 }');
  const book = await openPolicyBook({ path, isRequired: false }, logger);
  const stopping = new AbortController();
  const following = book.follow(stopping.signal);
  await replace('limits: { allocations: 4 }');
  expect(await waitFor(() => book.current().limits.maxAllocations === 4 && 'followed')).toBe('followed');
  stopping.abort();
  await following;
});
