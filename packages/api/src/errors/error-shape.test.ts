import { TRPCError } from '@trpc/server';
import { AppError } from '@muster/protocol/errors/app-error';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createErrorFormatter, type Translate } from './error-shape.ts';

const shape = {
  message: 'secret detail',
  code: -32603 as const,
  data: { code: 'INTERNAL_SERVER_ERROR' as const, httpStatus: 500, stack: 'at secret.ts:1', path: 'x' },
};
const format = (cause: unknown, translate?: Translate) =>
  createErrorFormatter(translate)({ shape, error: new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause }) });

describe('the error formatter', () => {
  it('gives an expected refusal its code, status and hint', () => {
    const { message, data } = format(new AppError('RUN_CLOSED', { data: { runId: '1' } }));
    expect(data).toMatchObject({
      httpStatus: 409,
      code: 'CONFLICT',
      app: { code: 'RUN_CLOSED', docsUrl: 'docs/errors/RUN_CLOSED.md', data: { runId: '1' } },
    });
    expect(message).toBe('This run is closed.');
  });

  it('says what a library’s failure means where somebody knows', () => {
    const { data } = format(new Error('ECONNREFUSED'), () => new AppError('DATABASE_UNAVAILABLE'));
    expect(data).toMatchObject({ httpStatus: 503, app: { code: 'DATABASE_UNAVAILABLE' } });
  });

  it('points at the field that was wrong', () => {
    const parsed = z.strictObject({ a: z.number() }).safeParse({ a: 'x' });
    expect(format(parsed.error).data).toMatchObject({ httpStatus: 400, app: { code: 'BAD_INPUT', data: { issues: [{ path: 'a' }] } } });
    const unknown = z.strictObject({}).safeParse({ b: 1 });
    expect(format(unknown.error).data.app?.code).toBe('UNKNOWN_FIELD');
  });

  it('tells nobody what nobody expected', () => {
    const formatted = format(new Error('connection to 10.0.0.1 with password hunter2 failed'));
    expect(JSON.stringify(formatted)).not.toMatch(/hunter2|secret/);
    expect(formatted.data).toMatchObject({ httpStatus: 500, app: null });
  });
});
