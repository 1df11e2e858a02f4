import type { IncomingMessage, ServerResponse } from 'node:http';
import type { App } from '@muster/api/app/start-app';

/**
 * `/healthz`: the process runs. `/readyz`: it can serve, which takes the database; a chain that does not answer makes it degraded, not
 * unready: nothing would be gained by sending its callers away. Returns false for every other path.
 */
export function answerHealth(app: App, req: IncomingMessage, res: ServerResponse): boolean {
  if (req.url === '/healthz') {
    send(res, 200, { status: 'ok' });
    return true;
  }
  if (req.url !== '/readyz') return false;
  void readiness(app).then(({ status, body }) => send(res, status, body));
  return true;
}

async function readiness(app: App): Promise<{ status: number; body: object }> {
  try {
    const [{ chain }] = await Promise.all([app.services.master.info(), app.checkReady()]);
    return { status: 200, body: { status: chain.lagging ? 'degraded' : 'ok', database: 'ok', chain } };
  } catch {
    return { status: 503, body: { status: 'unavailable', database: 'unavailable' } };
  }
}

function send(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  res.end(JSON.stringify(body));
}
