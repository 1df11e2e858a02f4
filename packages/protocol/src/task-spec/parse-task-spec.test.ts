import { describe, expect, it } from 'vitest';

import { parseTaskSpec, type TaskSpecIssue } from './parse-task-spec.ts';
import { specHash, taskSpecSchema } from './task-spec.ts';

const FULL = `
name: train
image: ghcr.io/org/train@sha256:${'ab'.repeat(32)}
command: ["--epochs", "3"]
entrypoint: [python, train.py]
env: { LEARNING_RATE: 0.001, DEBUG: true, NAME: "x y" }
resources: { cpu: 1.5, memory: 512MiB, shm: 64MiB, disk: 10GB, gpu: { model: RTX  4090, memory: 20GB } }
replicas: all
volumes:
  - { name: checkpoints, path: /data/checkpoints }
restart: { policy: on-failure, maxRetries: 5, backoff: 10s }
timeout: 1h30m
grace: 30s
network: egress
readOnlyRoot: false
root: true
ports:
  - { name: web, port: 8080 }
  - { name: feed, port: 8080, protocol: udp }
labels: { team: vision }
`;

const issuesOf = (input: unknown): TaskSpecIssue[] => {
  const parsed = parseTaskSpec(input);
  return parsed.ok ? [] : parsed.error.issues;
};

describe('parseTaskSpec', () => {
  it('reads every field, in bytes and milliseconds', () => {
    expect(parseTaskSpec(FULL)).toEqual({
      ok: true,
      value: {
        name: 'train',
        image: `ghcr.io/org/train@sha256:${'ab'.repeat(32)}`,
        command: ['--epochs', '3'],
        entrypoint: ['python', 'train.py'],
        env: { LEARNING_RATE: '0.001', DEBUG: 'true', NAME: 'x y' },
        resources: {
          cpu: 1.5,
          memoryBytes: 536_870_912,
          shmBytes: 67_108_864,
          diskBytes: 10_000_000_000,
          gpu: { count: 1, model: 'RTX 4090', memoryBytes: 20_000_000_000 },
        },
        replicas: 'all',
        volumes: [{ name: 'checkpoints', path: '/data/checkpoints' }],
        restart: { policy: 'on-failure', maxRetries: 5, backoffMs: 10_000 },
        timeoutMs: 5_400_000,
        graceMs: 30_000,
        network: 'egress',
        readOnlyRoot: false,
        root: true,
        ports: [
          { name: 'web', port: 8080, protocol: 'tcp' },
          { name: 'feed', port: 8080, protocol: 'udp' },
        ],
        labels: { team: 'vision' },
      },
    });
  });

  it('fills in what is left out', () => {
    const expected = {
      image: 'busybox',
      env: {},
      resources: {},
      replicas: 1,
      volumes: [],
      restart: { policy: 'never', maxRetries: 0, backoffMs: 0 },
      graceMs: 10_000,
      network: 'none',
      readOnlyRoot: true,
      labels: {},
    };
    expect(parseTaskSpec('image: busybox')).toEqual({ ok: true, value: expected });
    expect(parseTaskSpec('{"image": "busybox"}')).toEqual({ ok: true, value: expected });
    expect(parseTaskSpec({ image: 'busybox' })).toEqual({ ok: true, value: expected });
  });

  it('yields a spec that its own schema takes unchanged, also after a trip through JSON', () => {
    const parsed = parseTaskSpec(FULL);
    if (!parsed.ok) throw new Error(parsed.error.message);
    const received = taskSpecSchema.parse(JSON.parse(JSON.stringify(parsed.value)));
    expect(received).toEqual(parsed.value);
    expect(specHash(received)).toBe(specHash(parsed.value));
  });

  it.each([
    ['a missing image', 'name: x', { path: 'image', message: 'this field is required', line: 1 }],
    ['an unknown field', 'image: x\nimge: y', { path: 'imge', message: 'unknown field', hint: 'Did you mean image?', line: 2, column: 1 }],
    ['a field of a later version', 'image: x\ngang: true', { path: 'gang', message: 'unknown field', line: 2 }],
    [
      'an unknown resource',
      'image: x\nresources:\n  cpu: 1\n  memroy: 1GB',
      { path: 'resources.memroy', hint: 'Did you mean memory?', line: 4, column: 3 },
    ],
    [
      'a GPU that is only counted',
      'image: x\nresources: {gpu: 1}',
      { path: 'resources.gpu', message: expect.stringContaining('{count: 1, model: H100}'), line: 2 },
    ],
    [
      "a typing mistake in a GPU's field",
      'image: x\nresources:\n  gpu:\n    modell: H100',
      { path: 'resources.gpu.modell', hint: 'Did you mean model?', line: 4 },
    ],
    ["a GPU's memory without a unit", 'image: x\nresources: {gpu: {memory: lots}}', { path: 'resources.gpu.memory', line: 2 }],
    ['no GPU at all', 'image: x\nresources: {gpu: {count: 0}}', { path: 'resources.gpu.count', message: expect.stringContaining('64') }],
    [
      'a command that is no list',
      'image: x\ncommand: echo hi',
      { path: 'command', message: expect.stringContaining('expected a list'), line: 2 },
    ],
    ['a path that is not absolute', 'image: x\nvolumes:\n- name: a\n  path: data', { path: 'volumes[0].path', line: 4 }],
    ['a path over the system', 'image: x\nvolumes: [{name: a, path: /proc/x}]', { path: 'volumes[0].path', line: 2 }],
    ['a path that climbs', 'image: x\nvolumes: [{name: a, path: /data/../etc}]', { path: 'volumes[0].path', line: 2 }],
    [
      'a size without a known unit',
      'image: x\nresources:\n  memory: 4XB',
      { path: 'resources.memory', message: expect.stringContaining('512MiB'), line: 3 },
    ],
    [
      'too little memory',
      'image: x\nresources:\n  memory: 1MiB',
      { path: 'resources.memory', message: expect.stringContaining('6MiB'), line: 3 },
    ],
    ['a duration without a unit', 'image: x\ngrace: "30"', { path: 'grace', message: expect.stringContaining('30s'), line: 2 }],
    ['a grace of days', 'image: x\ngrace: 2d', { path: 'grace', line: 2 }],
    ['a bad variable name', 'image: x\nenv: {"A B": x}', { path: 'env.A B', message: expect.stringContaining('LEARNING_RATE') }],
    ['an empty variable', 'image: x\nenv:\n  A:', { path: 'env.A', line: 3 }],
    ['replicas of zero', 'image: x\nreplicas: 0', { path: 'replicas', message: expect.stringContaining('or all'), line: 2 }],
    ['an image that is an option', 'image: --privileged', { path: 'image', line: 1 }],
    ['an image with a bad tag', 'image: "x:a b"', { path: 'image', message: expect.stringContaining('the image\'s tag: "a b"'), line: 1 }],
    ['a list in place of a document', '- image: x', { path: '' }],
    ['an empty text', '', { path: '' }],
    ['broken YAML', 'image: [x', { line: 1 }],
    ['a key given twice', 'image: x\nimage: y', { line: 2 }],
    ['two volumes of one name', 'image: x\nvolumes: [{name: a, path: /a}, {name: a, path: /b}]', { path: 'volumes[1].name' }],
    ['two volumes at one path', 'image: x\nvolumes: [{name: a, path: /a}, {name: b, path: /a}]', { path: 'volumes[1].path' }],
  ])('points at %s', (_, text, issue) => {
    expect(issuesOf(text)[0]).toMatchObject(issue);
  });

  it('names every mistake, the first one in its message', () => {
    const parsed = parseTaskSpec('image: x\nreplicas: -1\nnetwork: host');
    expect(parsed).toMatchObject({
      ok: false,
      error: { code: 'TASK_SPEC_INVALID', message: expect.stringMatching(/^Task spec, replicas \(line 2\): .* And 1 more\.$/) },
    });
    expect(issuesOf('image: x\nreplicas: -1\nnetwork: host').map(({ path }) => path)).toEqual(['replicas', 'network']);
  });

  it('says the same without a text, but for the line', () => {
    expect(issuesOf({ image: 'x', volumes: [{ name: 'A', path: '/a' }] })).toEqual([
      { path: 'volumes[0].name', message: expect.any(String) },
    ]);
    expect(issuesOf(null)).toHaveLength(1);
    expect(issuesOf(undefined)).toHaveLength(1);
  });

  it('is not blown up by aliases or length', () => {
    const laughs = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`),
    ].join('\n');
    expect(parseTaskSpec(laughs).ok).toBe(false);
    expect(issuesOf(`image: ${'x'.repeat(200_000)}`)[0]?.message).toContain('longer than');
  });

  it.each([
    ['lists', '['.repeat(60_000)],
    ['lists over many lines', '[\n'.repeat(30_000)],
    ['maps', '{a: '.repeat(15_000)],
    ['block lists in one line', '- '.repeat(30_000)],
    ['block lists over many lines', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}-`).join('\n')],
    ['block maps', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['keys', '? '.repeat(30_000)],
  ])('refuses %s in one another without going down into them', (_, text) => {
    expect(issuesOf(text)).toEqual([{ path: '', message: 'nested too deeply' }]);
  });

  it('takes brackets and dashes in a text for what they are', () => {
    const script = `echo "${'['.repeat(100)}" ${'- '.repeat(100)}`;
    const parsed = parseTaskSpec(
      ['image: x', 'command:', '- sh', '- -c', '- |', `  ${script}`, `env: {A: '${'{'.repeat(100)}'}`].join('\n'),
    );
    expect(parsed).toMatchObject({ ok: true, value: { command: ['sh', '-c', `${script}\n`], env: { A: '{'.repeat(100) } } });
  });

  it.each([
    ['a variable', { env: { A: 'x\ud800' } }, 'env.A'],
    ['a variable with NUL', { env: { A: 'x\0' } }, 'env.A'],
    ['an argument', { command: ['\udc00'] }, 'command[0]'],
    ['a label', { labels: { a: 'x\ud800' } }, 'labels.a'],
    ['a label with NUL', { labels: { a: '\0' } }, 'labels.a'],
  ])('refuses what no database keeps as it is: %s', (_, fields, path) => {
    expect(issuesOf({ image: 'x', ...fields })).toEqual([{ path, message: expect.stringContaining('NUL') }]);
  });

  it('refuses what no order could carry, however it was written', () => {
    const env = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`V${index}`, 'x'.repeat(30_000)]));
    expect(issuesOf({ image: 'x', env })[0]?.message).toContain('longer than');
    const aliased = ['image: x', 'env:', `  V: &v ${'x'.repeat(30_000)}`, ...Array.from({ length: 10 }, (_, index) => `  V${index}: *v`)];
    expect(issuesOf(aliased.join('\n'))[0]?.message).toContain('longer than');
  });
});
