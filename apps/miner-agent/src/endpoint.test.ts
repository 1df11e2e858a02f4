import { expect, it } from 'vitest';
import { announcedEndpoint } from './endpoint.ts';

it.each([
  [
    { configured: 'http://node.example:1', listen: { host: '0.0.0.0', port: 7700 }, addresses: [] },
    { url: 'http://node.example:1', source: 'configured' },
  ],
  [
    { configured: null, listen: { host: '127.0.0.1', port: 7700 }, addresses: ['10.0.0.5'] },
    { url: 'http://127.0.0.1:7700', source: 'listening' },
  ],
  [
    { configured: null, listen: { host: '0.0.0.0', port: 7700 }, addresses: ['10.0.0.5'] },
    { url: 'http://10.0.0.5:7700', source: 'guess' },
  ],
  [
    { configured: null, listen: { host: '::1', port: 7700 }, addresses: [] },
    { url: 'http://[::1]:7700', source: 'listening' },
  ],
  [
    { configured: null, listen: { host: '::', port: 7700 }, addresses: [] },
    { url: 'http://127.0.0.1:7700', source: 'none' },
  ],
])('%o is announced as %o', (input, announced) => {
  expect(announcedEndpoint(input)).toEqual(announced);
});
