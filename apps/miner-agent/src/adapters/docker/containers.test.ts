import { expect, it } from 'vitest';
import { commandNotFound } from './containers.ts';

it('names the command in runc’s chain of causes', () => {
  const message =
    'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/nope": stat /nope: no such file or directory: unknown';
  expect(commandNotFound(message)).toBe('The command "/nope" does not exist in the image, or may not be executed');
  expect(commandNotFound('something else')).toBe('something else');
});
