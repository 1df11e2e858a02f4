import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@muster/runtime/temp-dir';
import { expect, it, onTestFinished } from 'vitest';
import { readRecording, type Recording } from '../../../testing/recordings.ts';
import { readGpus } from './read-gpus.ts';

/** A program of this name first on PATH that says what was recorded, and counts how often it was asked. */
async function setup(recording: Recording | null) {
  const dir = await createTempDir('muster-smi');
  const path = process.env['PATH'];
  onTestFinished(async () => {
    process.env['PATH'] = path;
    await dir.remove();
  });
  process.env['PATH'] = recording === null ? dir.path : `${dir.path}:${path}`;
  if (recording === null) return;
  const { query, exitCode, list, report, refusal } = recording;
  for (const [name, text] of Object.entries({ query, list, report, refusal: refusal?.words ?? '' }))
    await writeFile(join(dir.path, name), text);
  const program = join(dir.path, 'nvidia-smi');
  await writeFile(
    program,
    `#!/bin/sh
cd "${dir.path}"
case "$1" in
  -L) exec cat list ;;
  -q) exec cat report ;;
  ${refusal === null ? '--nothing' : `*${refusal.field}*`}) cat refusal; exit 2 ;;
  --query-gpu=*) cat query; exit ${exitCode} ;;
esac
exit 3
`,
  );
  await chmod(program, 0o755);
}

it.each([
  ['440-rtx-2080', { driver: '440.64', gpus: [{ model: 'GeForce RTX 2080' }], usage: [{ utilisation: 0.86 }] }],
  ['460-a100-mig', { driver: '460.73.01', gpus: Array.from({ length: 7 }, () => ({ memoryBytes: 5e9 })) }],
  [
    '580-h200-mig',
    { gpus: [{ memoryBytes: 71_424 * 1024 ** 2 }], usage: [{}, { memoryBytes: 44 * 1024 ** 2 }], addresses: ['0000:83:00.0'] },
  ],
  ['540-jetson-orin', { gpus: [], troubled: [{ model: 'Orin (nvgpu)' }], addresses: [] }],
  ['no-devices', { gpus: [], troubled: [], driver: null }],
])('understands %s', async (name, reading) => {
  await setup(readRecording(name));
  expect(await readGpus()).toMatchObject({ state: 'ok', ...reading });
});

it.each([0, 15, 255])('serves with the GPUs that answer when one is lost, and names that, whatever the exit code: %i', async (exitCode) => {
  await setup({ ...readRecording('lost-of-eight'), exitCode });
  expect(await readGpus()).toMatchObject({
    state: 'ok',
    gpus: Array.from({ length: 7 }, () => ({ model: 'NVIDIA GeForce RTX 3080' })),
    troubled: [{ address: '0000:04:00.0', problem: 'Unknown Error' }],
  });
});

it.each([
  ['mismatch', 'reboot'],
  ['not-loaded', 'modprobe'],
  ['lost-alone', 'fallen off'],
  ['wsl-blocked', 'wsl --shutdown'],
  ['no-permission', '/dev/nvidia'],
  ['no-library', 'ldconfig'],
])('understands that nothing works: %s', async (name, fix) => {
  await setup(readRecording(name));
  expect(await readGpus()).toMatchObject({ state: 'broken', fix: expect.stringContaining(fix) });
});

it('takes the absence of the program for no driver', async () => {
  await setup(null);
  expect(await readGpus()).toEqual({ state: 'absent' });
});
