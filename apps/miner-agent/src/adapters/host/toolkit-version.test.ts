import { expect, it } from 'vitest';
import { parseToolkitVersion } from './toolkit-version.ts';

it.each([
  ['NVIDIA Container Toolkit CLI version 1.17.5\ncommit: f785e908a7f72149f8912617058644fd84e38cde\n', '1.17.5'],
  ['NVIDIA Container Toolkit CLI version 1.18.0-rc.2\n', '1.18.0-rc.2'],
  ['nvidia-ctk: unknown flag\n', null],
])('reads %j', (text, version) => {
  expect(parseToolkitVersion(text)).toBe(version);
});
