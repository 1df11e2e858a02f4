import { AppError } from '@muster/protocol/errors/app-error';
import { EnvError } from '@muster/runtime/env';
import { KeyError } from '@muster/runtime/key-file';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { describeError, formatError } from './describe-error.ts';

const setup = (error: unknown) => describeError(error, { url: 'http://127.0.0.1:3000' });

describe('describeError', () => {
  it('takes code, hint and page from what the server said', () => {
    const wire = new AppError('RUN_CLOSED', { publicMessage: 'Run 3 is closed.' }).toWire();
    const { report, exitCode } = setup(Object.assign(new Error('trpc'), { data: { app: wire } }));
    expect(exitCode).toBe(1);
    expect(report).toEqual({
      code: 'RUN_CLOSED',
      message: 'Run 3 is closed.',
      hint: expect.stringContaining('create another'),
      docs: 'docs/errors/RUN_CLOSED.md',
    });
  });

  it('lets nothing that a node or server said move the cursor, clear the screen or ring', () => {
    const message = 'exited with code 1: \u001b[2J\u001b]0;owned\u0007\u009b31mred';
    const { report } = setup(new AppError('CONTAINER_EXITED', { publicMessage: message, hint: 'look\u001b[1A at the log' }));
    expect(formatError(report)).toContain('exited with code 1: [2J]0;owned31mred\n  hint: look[1A at the log');
  });

  it('passes the issues of a refused field on', () => {
    const { report } = setup(new AppError('UNKNOWN_FIELD', { data: { issues: [{ path: 'spec.imge', message: 'unknown' }] } }));
    expect(report.issues).toEqual([{ path: 'spec.imge', message: 'unknown' }]);
  });

  it.each([
    ['a wrong command line', new UsageError('no', 'yes'), 'USAGE', 2],
    ['a wrong setting', new EnvError([{ variable: 'MUSTER_URL', expected: 'expected a URL' }]), 'CONFIG_INVALID', 2],
    ['a key that others can read', new KeyError('KEY_FILE_INSECURE', 'The key can be read', 'chmod'), 'KEY_FILE_INSECURE', 2],
    [
      'a refused connection',
      new TypeError('fetch failed', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) }),
      'UNAVAILABLE',
      1,
    ],
    ['a server that is none of ours', new Error('Unexpected token', { cause: new SyntaxError('Unexpected token <') }), 'UNAVAILABLE', 1],
    ['a bug', new RangeError('boom'), 'INTERNAL', 1],
  ] as const)('reports %s', (_title, error, code, exitCode) => {
    expect(setup(error)).toMatchObject({ report: { code }, exitCode });
  });
});

describe('formatError', () => {
  it('shows code, message, hint and page', () => {
    expect(formatError({ code: 'X', message: 'm', hint: 'h', docs: 'docs/errors/X.md' })).toBe(
      'error X: m\n  hint: h\n  docs: docs/errors/X.md',
    );
  });

  it('names every mistake of several, and the one of one once', () => {
    const issue = { path: 'image', message: 'this field is required', line: 1 };
    const other = { path: 'imge', message: 'unknown field', line: 1, hint: 'Did you mean image?' };
    const shown = (issues: object[]) => formatError({ code: 'X', message: 'm', hint: 'h', docs: null, issues });
    expect(shown([issue])).toBe('error X: m\n  hint: h');
    expect(shown([issue, other])).toBe(
      'error X: m\n  image (line 1): this field is required\n  imge (line 1): unknown field. Did you mean image?\n  hint: h',
    );
  });
});
