import { expect, it } from 'vitest';
import { readRecording } from '../../../testing/recordings.ts';
import { explainFailure, parseLostGpus, refusedField } from './troubles.ts';

it.each([
  ['mismatch', 'Driver/library version mismatch', 'reboot'],
  ['not-loaded', "couldn't communicate with the NVIDIA driver", 'modprobe nvidia'],
  ['lost-alone', 'GPU is lost', 'fallen off the bus'],
  ['wsl-blocked', 'blocked by the operating system', 'wsl --shutdown'],
  ['no-permission', 'Insufficient Permissions', '/dev/nvidia*'],
  ['no-library', "couldn't find libnvidia-ml.so", 'ldconfig'],
])('explains a driver in trouble: %s', (name, problem, fix) => {
  expect(explainFailure(readRecording(name).query)).toEqual({
    problem: expect.stringContaining(problem),
    fix: expect.stringContaining(fix),
  });
});

// As public reports have them, over many drivers.
it.each([
  ['Unable to determine the device handle for GPU3: 0000:04:00.0: Unknown Error', '0000:04:00.0', 'Unknown Error'],
  ['Unable to determine the device handle for GPU0000:25:00.0: Unknown Error', '0000:25:00.0', 'Unknown Error'],
  ['Unable to determine the device handle for GPU 0000:01:00.0: Not Found', '0000:01:00.0', 'Not Found'],
  [
    'Unable to determine the device handle for gpu 0000:8C:00.0: GPU is lost.  Reboot the system to recover this GPU',
    '0000:8c:00.0',
    'GPU is lost.  Reboot the system to recover this GPU',
  ],
  ['Unable to determine the device handle for GPU2: Unknown Error', null, 'Unknown Error'],
])('finds the GPU that is lost in: %s', (line, address, problem) => {
  expect(parseLostGpus(`some, row, of, figures\n${line}\n`)).toEqual([
    { uuid: null, model: null, address, problem, fix: expect.stringContaining('reboot') },
  ]);
});

it('knows which field a driver refuses', () => {
  expect(refusedField(readRecording('440-rtx-2080').refusal?.words ?? '')).toBe('mig.mode.current');
  expect(refusedField('GPU-1, NVIDIA')).toBeNull();
});
