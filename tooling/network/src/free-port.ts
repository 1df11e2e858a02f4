import { createServer } from 'node:net';
import { StepError } from '../../scripts/lib/steps.mjs';

/** Tries to listen; undefined when somebody else does. Port 0 asks the system for a free one. */
function tryListen(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}

export async function freePort(): Promise<number> {
  const port = await tryListen(0);
  if (port === undefined) throw new Error('the system gave no free port');
  return port;
}

/** Fails with the cause and the fix when a port that a person relies on is taken. */
export async function requirePort(port: number, { what, variable }: { what: string; variable: string }): Promise<number> {
  if ((await tryListen(port)) !== undefined) return port;
  throw new StepError(
    `Port ${port}, which ${what} uses, is taken by another program.`,
    `Stop that program (\`ss -ltnp | grep :${port}\` names it), or choose another port: ${variable}=${port + 10} npm start`,
  );
}
