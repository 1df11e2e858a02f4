import { expect, it } from 'vitest';
import { commandNotFound, gpuFailure } from './containers.ts';

it('names the command in runc’s chain of causes', () => {
  const message =
    'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/nope": stat /nope: no such file or directory: unknown';
  expect(commandNotFound(message)).toBe('The command "/nope" does not exist in the image, or may not be executed');
  expect(commandNotFound('something else')).toBe('something else');
});

// As engines say it, in public reports.
it.each([
  [
    "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error running hook #0: error running hook: exit status 1, stdout: , stderr: Auto-detected mode as 'legacy'\nnvidia-container-cli: device error: GPU-1: unknown device: unknown",
    'nvidia-container-cli: device error: GPU-1: unknown device: unknown',
  ],
  [
    'OCI runtime create failed: … stderr: nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object file: no such file or directory: unknown',
    'nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object file: no such file or directory: unknown',
  ],
  [
    'could not select device driver "nvidia" with capabilities: [[gpu]]',
    'could not select device driver "nvidia" with capabilities: [[gpu]]',
  ],
  ['CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=GPU-1', 'unresolvable CDI devices nvidia.com/gpu=GPU-1'],
  ['exec: "/nope": stat /nope: no such file or directory: unknown', null],
])('tells a GPU that cannot be given from a command that is not there: %s', (message, problem) => {
  expect(gpuFailure(message)).toBe(problem);
});
