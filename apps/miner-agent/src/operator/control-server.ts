import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { AppError } from '@muster/protocol/errors/app-error';
import { localSocket } from '@muster/runtime/local-socket';
import type { Logger } from '@muster/runtime/logger';
import { toAppError } from '../reconcile/step-failure.ts';
import { ownerDrainSchema, type OwnerDrain } from './drain.ts';
import type { AgentReport } from './agent-report.ts';

/** In the data directory. */
export const CONTROL_SOCKET = 'control.sock';

/** What the owner may ask of the running agent. */
export interface ControlHandlers {
  report(): AgentReport;
  /** Null: takes work again. */
  drain(drain: OwnerDrain | null): Promise<void>;
}

const MAX_BODY_BYTES = 16 * 1024;

/**
 * HTTP on a local socket of mode 0600: who may open it owns the data directory and with it the keys, so nothing else is asked.
 * The caller holds the directory's lock: a socket that is there already was left by a crash.
 */
export async function startControlServer(
  handlers: ControlHandlers,
  { dataDir, logger }: { dataDir: string; logger: Logger },
): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(handlers, request).then(
      (body) => send(response, 200, body),
      (error: unknown) => {
        const refusal = toAppError(error);
        if (refusal.code === 'INTERNAL') logger.warn({ event: 'control.failed', err: error }, 'a command of the operator failed');
        send(response, 400, refusal.toWire());
      },
    );
  });
  const { path, release } = await localSocket(dataDir, CONTROL_SOCKET);
  if (process.platform !== 'win32') await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  if (process.platform !== 'win32') await chmod(path, 0o600);
  return {
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await release();
    },
  };
}

async function answer(handlers: ControlHandlers, request: IncomingMessage): Promise<unknown> {
  switch (`${request.method} ${request.url}`) {
    case 'GET /status':
      return handlers.report();
    case 'PUT /drain':
      return handlers.drain(ownerDrainSchema.parse(JSON.parse(await bodyOf(request)))).then(() => ({}));
    case 'DELETE /drain':
      return handlers.drain(null).then(() => ({}));
    default:
      throw new AppError('NOT_FOUND', {
        publicMessage: 'The agent does not know this command',
        hint: 'Agent and command must be of one version.',
      });
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) {
    text += String(part);
    if (text.length > MAX_BODY_BYTES) throw new AppError('PAYLOAD_TOO_LARGE');
  }
  return text;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
