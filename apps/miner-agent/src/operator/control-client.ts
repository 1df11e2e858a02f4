import { request } from 'node:http';
import { AppError } from '@muster/protocol/errors/app-error';
import { localSocket } from '@muster/runtime/local-socket';
import { agentReportSchema, type AgentReport } from './agent-report.ts';
import { CONTROL_SOCKET } from './control-server.ts';
import type { OwnerDrain } from './drain.ts';

/** The agent that runs on this data directory, as its owner's commands see it. */
export interface ControlClient {
  report(): Promise<AgentReport>;
  drain(drain: OwnerDrain | null): Promise<void>;
}

const TIMEOUT_MS = 10_000;
/** Nobody listens: no agent runs, or one was killed and its socket is still there. */
const NOBODY = new Set(['ENOENT', 'ECONNREFUSED']);

/** Null when no agent runs here. Throws FORBIDDEN when this user may not speak to it, TIMED_OUT when it does not answer. */
export async function connectAgent(dataDir: string): Promise<ControlClient | null> {
  const client: ControlClient = {
    report: async () => agentReportSchema.parse(await call(dataDir, { method: 'GET', path: '/status' })),
    drain: async (drain) => {
      const what = drain ? { method: 'PUT', body: JSON.stringify(drain) } : { method: 'DELETE' };
      await call(dataDir, { path: '/drain', ...what });
    },
  };
  try {
    await client.report();
    return client;
  } catch (error) {
    if (isNobody(error)) return null;
    throw error;
  }
}

const isNobody = (error: unknown): boolean => error instanceof Error && 'code' in error && NOBODY.has(String(error.code));

interface Call {
  method: string;
  path: string;
  body?: string;
}

async function call(dataDir: string, what: Call): Promise<unknown> {
  const { path, release } = await localSocket(dataDir, CONTROL_SOCKET);
  try {
    return await exchange(path, what);
  } finally {
    await release();
  }
}

function exchange(socketPath: string, { body, ...target }: Call): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...target, socketPath, timeout: TIMEOUT_MS, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('error', reject);
      response.on('end', () => {
        const answer: unknown = JSON.parse(text);
        if (response.statusCode === 200) resolve(answer);
        else
          reject(
            AppError.fromWire(answer) ?? new AppError('INTERNAL', { publicMessage: 'The agent gave an answer that nobody understands' }),
          );
      });
    });
    sent.on('timeout', () => sent.destroy(new AppError('TIMED_OUT', { publicMessage: 'The running agent does not answer' })));
    sent.on('error', (error) => reject('code' in error && error.code === 'EACCES' ? notAllowed(error) : error));
    sent.end(body);
  });
}

const notAllowed = (cause: Error): AppError =>
  new AppError('FORBIDDEN', {
    publicMessage: 'The running agent belongs to another user',
    hint: 'Run the command as the user of the agent, e.g. with sudo -u.',
    cause,
  });
