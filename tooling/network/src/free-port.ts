import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { StepError } from '../../scripts/lib/steps.mjs';

/** Tries to listen; undefined when somebody else does. */
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

const given = new Set<number>();

/**
 * A port for somebody who listens a while later. It lies below those that systems hand out by themselves, to whoever asks for any and to
 * every connection that is made: one of these may be gone by then.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (given.has(port)) continue;
    given.add(port);
    if ((await tryListen(port)) !== undefined) return port;
  }
}

/** Fails with the cause and the fix when a port that a person relies on is taken. */
export async function requirePort(port: number, { what, variable }: { what: string; variable: string }): Promise<number> {
  if ((await tryListen(port)) !== undefined) return port;
  throw new StepError(
    `Port ${port}, which ${what} uses, is taken by another program.`,
    `Stop that program (\`ss -ltnp | grep :${port}\` names it), or choose another port: ${variable}=${port + 10} npm start`,
  );
}
