import { unwrap } from '@muster/protocol/errors/result';
import { parseTaskSpec } from '@muster/protocol/task-spec/parse-task-spec';
import { describe, expect, it } from 'vitest';
import { specExamples } from '../features/tasks/new/examples.ts';
import { summarizeSpec } from './spec-summary.ts';

describe('task specs', () => {
  it('says what a spec asks for in one sentence', () => {
    const spec = unwrap(
      parseTaskSpec(
        'image: a:1\nreplicas: 2\nresources: { cpu: 0.5, memory: 64MiB }\nvolumes: [{ name: data, path: /data }]\ntimeout: 5m\n',
      ),
    );
    expect(summarizeSpec(spec)).toBe('2 copies of a:1, with 0.5 CPU, 64 MiB memory, storing data, for at most 5m, without network.');
  });

  it.each([true, false].flatMap((isDev) => specExamples({ isDev }).map((example) => [example.id, isDev, example.spec] as const)))(
    'offers an example that the parser takes: %s (dev chain: %s)',
    (_id, _isDev, spec) => {
      expect(parseTaskSpec(spec)).toMatchObject({ ok: true });
    },
  );
});
