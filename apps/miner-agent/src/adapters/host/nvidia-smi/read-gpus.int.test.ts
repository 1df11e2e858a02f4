import { chmod, copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTempDir } from '@muster/runtime/temp-dir';
import { expect, it, onTestFinished } from 'vitest';
import { readGpus, readGpuUsage } from './read-gpus.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

/** A program of this name first on PATH that says what the drivers say: by its first argument, `query`, `list` and `modes`. */
async function setup(answers: { query: string; list?: string; modes?: string; exitCode?: number } | null): Promise<void> {
  const dir = await createTempDir('muster-smi');
  const path = process.env['PATH'];
  onTestFinished(async () => {
    process.env['PATH'] = path;
    await dir.remove();
  });
  process.env['PATH'] = answers === null ? dir.path : `${dir.path}:${path}`;
  if (answers === null) return;
  const { query, list, modes, exitCode = 0 } = answers;
  await copyFile(fixture(query), join(dir.path, 'query'));
  if (list !== undefined) await copyFile(fixture(list), join(dir.path, 'list'));
  if (modes !== undefined) await copyFile(fixture(modes), join(dir.path, 'modes'));
  const program = join(dir.path, 'nvidia-smi');
  await writeFile(
    program,
    `#!/bin/sh
case "$1" in
  -L) exec cat "${dir.path}/list" ;;
  --query-gpu=uuid,mig*) [ -f "${dir.path}/modes" ] || { echo 'Field "mig.mode.current" is not a valid field to query.'; exit 2; }; exec cat "${dir.path}/modes" ;;
  --query-gpu=*) cat "${dir.path}/query"; exit ${exitCode} ;;
esac
`,
  );
  await chmod(program, 0o755);
}

it('knows the slices of a divided GPU, the driver, and how busy they are', async () => {
  await setup({ query: '550-a100-mig.csv', list: '550-a100-mig.list', modes: '550-a100-mig.mode' });
  expect(await readGpus()).toMatchObject({ state: 'ok', driver: '550.90.07', gpus: [{}, {}, { memoryBytes: 10e9 }, {}] });
  expect(await readGpuUsage()).toMatchObject([{ celsius: 34 }, { utilisation: 0, celsius: 31 }]);
});

it('takes a driver that knows no MIG as it is', async () => {
  await setup({ query: '440-geforce.csv' });
  expect(await readGpus()).toMatchObject({
    state: 'ok',
    driver: '440.64',
    gpus: [{ model: 'GeForce RTX 2080' }, { model: 'GeForce GT 710' }],
  });
});

it.each([
  ['mismatch.txt', 18, { state: 'broken', fix: expect.stringContaining('reboot') }],
  ['not-loaded.txt', 9, { state: 'broken', fix: expect.stringContaining('modprobe') }],
  ['none.txt', 6, { state: 'ok', gpus: [] }],
])('understands %s with exit code %i', async (query, exitCode, reading) => {
  await setup({ query, exitCode });
  expect(await readGpus()).toMatchObject(reading);
  expect(await readGpuUsage()).toEqual([]);
});

it('takes the absence of the program for no driver', async () => {
  await setup(null);
  expect(await readGpus()).toEqual({ state: 'absent' });
});
