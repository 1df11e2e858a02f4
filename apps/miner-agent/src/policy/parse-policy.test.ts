import { describe, expect, it } from 'vitest';
import { EXAMPLES } from './policy-document.ts';
import { parsePolicy, type PolicyMistake } from './parse-policy.ts';
import { DEFAULT_POLICY } from './policy.ts';

const FULL = `
images:
  allow: [ghcr.io/org, "sha256:${'ab'.repeat(32)}"]
  block: [ghcr.io/org/bad]
limits:
  each: { cpu: 2, memory: 4GB, disk: 20GB, gpus: 1 }
  all: { cpu: 6.5, memory: 24GiB }
  allocations: 4
reserve: { cpu: 0.5, memory: 1GB, disk: 10GB }
features: { gpu: refuse, egress: allow, root: allow, ports: refuse }
buyers:
  allow: [0x5fbdb2315678afecb367f032d93f642f64180aa3]
hours:
  timezone: Europe/Vienna
  windows: [{ days: mon-fri, from: 18:00, to: 08:00 }, { days: [sat, sun], from: 00:00, to: 24:00 }]
maintenance:
  timezone: UTC
  windows: [{ days: sun, from: "03:00", to: "05:00" }]
  drain: true
`;

const mistakesIn = (text: string): PolicyMistake[] => {
  const parsed = parsePolicy(text);
  return parsed.ok ? [] : parsed.error;
};

describe('parsePolicy', () => {
  it('reads every rule', () => {
    expect(parsePolicy(FULL)).toMatchObject({
      ok: true,
      value: {
        images: { allow: [{ text: 'ghcr.io/org' }, { digest: `sha256:${'ab'.repeat(32)}` }], block: [{ text: 'ghcr.io/org/bad' }] },
        limits: {
          each: { cpu: 2, memoryBytes: 4e9, diskBytes: 2e10, gpus: 1 },
          all: { cpu: 6.5, memoryBytes: 24 * 2 ** 30 },
          maxAllocations: 4,
        },
        reserve: { cpu: 0.5, memoryBytes: 1e9, diskBytes: 1e10 },
        features: { gpu: false, egress: true, root: true, ports: false },
        buyers: { allow: ['0x5FbDB2315678afecb367f032d93F642f64180aa3'], block: [] },
        hours: {
          timeZone: 'Europe/Vienna',
          drain: false,
          windows: [
            { days: [1, 2, 3, 4, 5], from: 1080, to: 480, text: 'mon tue wed thu fri 18:00–08:00' },
            { days: [0, 6], from: 0, to: 1440 },
          ],
        },
        maintenance: { timeZone: 'UTC', drain: true },
      },
    });
  });

  it.each(['', '# nothing yet\n', '{}'])('takes %j for the default policy', (text) => {
    expect(parsePolicy(text)).toEqual({ ok: true, value: DEFAULT_POLICY });
  });

  it.each([
    [
      'a misspelt rule',
      'limits:\n  each:\n    memroy: 4GB',
      { path: 'limits.each.memroy', line: 3, expected: 'is no rule; did you mean memory?' },
    ],
    ['an unknown section', 'prices: 1', { path: 'prices', line: 1, expected: expect.stringContaining('known here: images, limits') }],
    [
      'a bad size',
      'reserve:\n  memory: lots',
      { path: 'reserve.memory', line: 2, example: 'reserve: { cpu: 1, memory: 2GB, disk: 20GB }' },
    ],
    [
      'a bad image',
      'images:\n  allow:\n    - busybox\n    - org/UPPER',
      { path: 'images.allow[1]', line: 4, example: 'allow: [ghcr.io/org, busybox:1.37]' },
    ],
    ['a number for a decision', 'features: {gpu: 1}', { path: 'features.gpu', line: 1, expected: 'expected allow or refuse' }],
    ['an address that is none', 'buyers: {allow: [0x12]}', { path: 'buyers.allow[0]', expected: expect.stringContaining('EVM address') }],
    [
      'a zone that is none',
      'hours: {timezone: Vienna, windows: []}',
      { path: 'hours.timezone', expected: 'expected the name of a time zone' },
    ],
    ['hours without a zone', 'hours:\n  windows: [{from: 08:00, to: 12:00}]', { path: 'hours.timezone', line: 2, expected: 'is missing' }],
    [
      'a day that is none',
      'hours: {timezone: UTC, windows: [{days: monday, from: 08:00, to: 12:00}]}',
      { path: 'hours.windows[0].days', expected: expect.stringContaining('mon-fri') },
    ],
    [
      'a time that is none',
      'hours: {timezone: UTC, windows: [{from: "8", to: 12:00}]}',
      { path: 'hours.windows[0].from', expected: 'expected a time from 00:00 to 23:59' },
    ],
    ['a list for the whole', '- a', { path: '', expected: expect.stringContaining('expected object') }],
    ['text that is not YAML', 'images: [a', { line: 1 }],
  ])('points at %s', (_, text, mistake) => {
    expect(mistakesIn(text)[0]).toMatchObject(mistake);
  });

  it.each(Object.entries(EXAMPLES))('has an example for "%s" that it takes', (path, example) => {
    const zone = path.startsWith('hours') || path.startsWith('maintenance') ? path.split('.')[0] : null;
    const parents = path.split('.').slice(0, -1);
    const text = [...parents.map((name, depth) => `${'  '.repeat(depth)}${name}:`), `${'  '.repeat(parents.length)}${example}`];
    if (zone && path !== zone && path !== `${zone}.timezone`) text.push('  timezone: UTC');
    if (zone && path !== zone && path !== `${zone}.windows`) text.push('  windows: [{ from: 08:00, to: 09:00 }]');
    expect(mistakesIn(text.join('\n'))).toEqual([]);
  });
});
