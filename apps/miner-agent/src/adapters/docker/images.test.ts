import { describe, expect, it } from 'vitest';
import { withTag } from './images.ts';
import { commandNotFound } from './containers.ts';

describe('withTag', () => {
  it.each([
    ['busybox', 'busybox:latest'],
    ['busybox:1.37', 'busybox:1.37'],
    ['host:5000/team/img', 'host:5000/team/img:latest'],
    ['host:5000/team/img:tag', 'host:5000/team/img:tag'],
    ['img@sha256:abc', 'img@sha256:abc'],
  ])('%s is pulled as %s', (reference, pulled) => {
    expect(withTag(reference)).toBe(pulled);
  });
});

it('names the command in runc’s chain of causes', () => {
  const message =
    'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/nope": stat /nope: no such file or directory: unknown';
  expect(commandNotFound(message)).toBe('The command "/nope" does not exist in the image, or may not be executed');
  expect(commandNotFound('something else')).toBe('something else');
});
