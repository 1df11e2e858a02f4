import { describe, expect, it, vi } from 'vitest';

import { AppError } from './app-error.ts';
import { ERROR_CODES } from './codes.ts';

describe('AppError', () => {
  it("speaks with the code's title and hint unless told otherwise", () => {
    const plain = new AppError('RUN_CLOSED');
    expect(plain).toMatchObject({ publicMessage: ERROR_CODES.RUN_CLOSED.title, hint: ERROR_CODES.RUN_CLOSED.hint, data: {} });
    const told = new AppError('RUN_CLOSED', { publicMessage: 'Run 7 is closed.', hint: 'Use run 8.' });
    expect(told).toMatchObject({ publicMessage: 'Run 7 is closed.', hint: 'Use run 8.', docsUrl: 'docs/errors/RUN_CLOSED.md' });
    expect(told.message).toBe('RUN_CLOSED: Run 7 is closed.');
  });

  it('crosses the wire and back, but for its cause', () => {
    const sent = new AppError('CLOCK_SKEW', { data: { now: 5 }, cause: new Error('secret path') });
    const wire = JSON.stringify(sent.toWire());
    expect(wire).not.toContain('secret');
    const received = AppError.fromWire(JSON.parse(wire));
    expect(received).toBeInstanceOf(AppError);
    expect(received?.toWire()).toEqual(sent.toWire());
  });

  it('is found in an error as tRPC clients throw it', () => {
    const thrown = Object.assign(new Error('x'), { data: { code: 'FORBIDDEN', app: new AppError('NOT_RUN_OWNER').toWire() } });
    expect(AppError.fromWire(thrown)?.code).toBe('NOT_RUN_OWNER');
  });

  it.each([
    [undefined],
    [null],
    ['RUN_CLOSED'],
    [new Error('x')],
    [{ code: 'NO_SUCH_CODE', message: '', hint: '', docsUrl: '', data: {} }],
    [{ code: 'toString' }],
  ])('finds none in %j', (value) => {
    expect(AppError.fromWire(value)).toBeUndefined();
  });

  it('is recognised across module graphs, and nothing else is', async () => {
    vi.resetModules();
    const { AppError: Other } = await import('./app-error.ts');
    const foreign: unknown = new Other('RUN_CLOSED');
    expect(Other).not.toBe(AppError);
    expect([foreign instanceof AppError, AppError.is(foreign, 'RUN_CLOSED'), AppError.fromWire(foreign) === foreign]).toEqual([
      true,
      true,
      true,
    ]);
    expect([new Error('x') instanceof AppError, AppError.is({ code: 'RUN_CLOSED' })]).toEqual([false, false]);
  });

  it('tells its codes apart', () => {
    const error: unknown = new AppError('RUN_CLOSED');
    expect([AppError.is(error), AppError.is(error, 'RUN_CLOSED'), AppError.is(error, 'RUN_UNKNOWN'), AppError.is(new Error('x'))]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
