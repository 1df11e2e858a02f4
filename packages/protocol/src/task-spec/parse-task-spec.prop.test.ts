import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';

import { formatPath } from '../errors/path.ts';
import { unwrap } from '../errors/result.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatDuration } from '../units/duration.ts';
import { parseTaskSpec } from './parse-task-spec.ts';
import { specHash, taskSpecSchema } from './task-spec.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((value) => !value.includes('\0'));
const bytes = fc.integer({ min: 8, max: 1e6 }).map((mebibytes) => formatBytes(mebibytes * 2 ** 20));
const duration = fc.integer({ min: 1, max: 3_600_000 }).map(formatDuration);
const name = fc.stringMatching(/^[a-z0-9]{1,12}$/);

const fields = fc.record({
  name,
  image: fc.constantFrom('busybox:1.37', `ghcr.io/org/train@sha256:${'ab'.repeat(32)}`, 'localhost:5000/x'),
  command: fc.array(text, { maxLength: 4 }),
  entrypoint: fc.array(text, { minLength: 1, maxLength: 3 }),
  env: fc.dictionary(fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,9}$/), fc.oneof(text, fc.integer(), fc.boolean()), { noNullPrototype: true }),
  resources: fc.record({
    cpu: fc.integer({ min: 1, max: 640 }).map((tenths) => tenths / 10),
    memory: bytes,
    shm: bytes,
    disk: bytes,
    gpu: fc.record({ count: fc.integer({ min: 1, max: 64 }), model: fc.constantFrom('H100', 'RTX 4090'), memory: bytes }),
  }),
  replicas: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constant('all')),
  volumes: fc.uniqueArray(name, { maxLength: 3 }).map((names) => names.map((volume) => ({ name: volume, path: `/data/${volume}` }))),
  restart: fc.record({ policy: fc.constantFrom('never', 'on-failure', 'always'), maxRetries: fc.nat(10), backoff: duration }),
  timeout: duration,
  grace: duration,
  network: fc.constantFrom('none', 'egress'),
  readOnlyRoot: fc.boolean(),
  root: fc.boolean(),
  ports: fc
    .uniqueArray(fc.integer({ min: 1, max: 65_535 }), { maxLength: 3 })
    .map((numbers) => numbers.map((port, index) => ({ name: `p${index}`, port, protocol: index % 2 === 0 ? 'tcp' : 'udp' }))),
  labels: fc.dictionary(name, text, { noNullPrototype: true }),
});

/** Any document, with every field that it may have. Ports need a network. */
const documents = fields.map((document) => (document.ports.length > 0 ? { ...document, network: 'egress' } : document));

type Path = (string | number)[];

/** Every place in the document; objects only when `within` says so. */
function pathsOf(value: unknown, isWanted: (value: unknown) => boolean, path: Path = []): Path[] {
  const here = isWanted(value) ? [path] : [];
  if (typeof value !== 'object' || value === null) return here;
  const children = Object.entries(value).map(([key, child]) => ({ key: Array.isArray(value) ? Number(key) : key, child }));
  return [...here, ...children.flatMap(({ key, child }) => pathsOf(child, isWanted, [...path, key]))];
}

/** A copy with another value at the path. */
function replaceAt(value: unknown, [key, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? replaceAt(item, rest, change) : item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name_, item]) => [name_, name_ === key ? replaceAt(item, rest, change) : item]));
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);
/** env and labels take any name, so no field of theirs is unknown. */
const hasFixedFields = (path: Path) => path[0] !== 'env' && path[0] !== 'labels';

describe('parseTaskSpec', () => {
  it('reads any document alike as a value, as JSON and as YAML, into a spec that its schema takes unchanged', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const spec = unwrap(parseTaskSpec(document));
        expect(unwrap(parseTaskSpec(JSON.stringify(document)))).toEqual(spec);
        expect(unwrap(parseTaskSpec(stringify(document)))).toEqual(spec);
        expect(specHash(taskSpecSchema.parse(JSON.parse(JSON.stringify(spec))))).toBe(specHash(spec));
      }),
      { numRuns: 60 },
    );
  });

  it('points at an unknown field wherever it stands, and never ignores it', () => {
    fc.assert(
      fc.property(documents, fc.stringMatching(/^x[a-z]{3,8}$/), fc.nat(), (document, unknown, pick) => {
        const objects = pathsOf(document, isObject).filter(hasFixedFields);
        const path = objects[pick % objects.length] ?? [];
        const changed = replaceAt(document, path, (old) => ({ ...(isObject(old) ? old : {}), [unknown]: 1 }));
        const parsed = parseTaskSpec(stringify(changed));
        expect(parsed).toMatchObject({
          ok: false,
          error: { issues: [{ path: formatPath([...path, unknown]), message: 'unknown field' }] },
        });
      }),
      { numRuns: 60 },
    );
  });

  it('points at a value of the wrong kind wherever it stands', () => {
    fc.assert(
      fc.property(documents, fc.nat(), (document, pick) => {
        const places = pathsOf(document, () => true).filter((path) => path.length > 0);
        const path = places[pick % places.length] ?? [];
        const source = stringify(replaceAt(document, path, () => null));
        const parsed = parseTaskSpec(source);
        if (parsed.ok) throw new Error(`accepted:\n${source}`);
        const [issue] = parsed.error.issues;
        expect(issue?.path).toBe(formatPath(path));
        const field = path.findLast((part) => typeof part === 'string');
        // A list's item is found at the list or below it; a field at its own line.
        if (typeof path.at(-1) === 'string') expect(source.split('\n')[(issue?.line ?? 0) - 1]).toContain(field);
      }),
      { numRuns: 150 },
    );
  });
});
