import { describe, expect, it } from 'vitest';
import { PassThrough } from 'node:stream';
import { createLoggerTo, prettyTo } from './logger.ts';
import { SetupError } from './setup-error.ts';

function setup(level?: string) {
  const lines: string[] = [];
  const logger = createLoggerTo({ write: (line) => void lines.push(line) }, { name: 'test', ...(level ? { level } : {}) });
  return { logger, lines };
}

describe('createLogger', () => {
  it('writes one JSON object per line with the event first-class', () => {
    const { logger, lines } = setup();
    logger.info({ event: 'ready', runId: '1' }, 'ready');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ name: 'test', event: 'ready', runId: '1', msg: 'ready' });
  });

  it("lets no stranger's words command the terminal", () => {
    const terminal = new PassThrough();
    createLoggerTo(prettyTo(terminal), { name: 'test' }).warn(
      { reason: 'so\u001b[2J' },
      'The command "\u001b]0;owned\u0007" does not exist',
    );
    const shown = String(terminal.read());
    expect(shown).toContain('The command "]0;owned" does not exist');
    expect(shown).toContain('so[2J');
    // Its own colours aside.
    expect(shown.split('\u001b[').every((piece, index) => index === 0 || /^\d+m/.test(piece))).toBe(true);
  });

  it('redacts secrets at every level that a log call nests', () => {
    const { logger, lines } = setup();
    logger.info({
      privateKey: 'hush',
      envelope: { signature: 'hush' },
      request: { headers: { authorization: 'hush' } },
      spec: { env: { TOKEN: 'hush' } },
    });
    expect(lines[0]).not.toContain('hush');
    expect(lines[0]?.match(/\[redacted\]/g)).toHaveLength(4);
  });

  it('keeps an error with its cause', () => {
    const { logger, lines } = setup();
    logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    expect(lines[0]).toContain('outer');
    expect(lines[0]).toContain('inner');
  });

  it('says an error with a code in words: what lies behind it on one line, without stack or the key in a URL', () => {
    const { logger, lines } = setup();
    const failed = Object.assign(new Error('HTTP request failed.\n\nURL: http://rpc.example/secret-key', { cause: new Error('refused') }), {
      shortMessage: 'HTTP request failed.',
      url: 'http://rpc.example/secret-key',
    });
    const err = new SetupError('DATA_DIR_UNUSABLE', 'It cannot be used', 'Choose another', { cause: failed });
    logger.error({ err }, 'failed');
    expect(JSON.parse(lines[0] ?? '').err).toEqual({
      code: 'DATA_DIR_UNUSABLE',
      message: 'It cannot be used',
      hint: 'Choose another',
      cause: 'HTTP request failed (http://rpc.example): refused',
    });
    logger.error({ err: new TypeError('nobody foresaw this') }, 'broke');
    expect(JSON.parse(lines[1] ?? '').err.stack).toContain('logger.test.ts');
  });

  it('respects its level', () => {
    const { logger, lines } = setup('warn');
    logger.info('quiet');
    expect(lines).toEqual([]);
  });
});
