import { createServer, type RequestListener } from 'node:http';

/** Listens on a free port of loopback; resolves with the base URL. */
export async function listen(handler: RequestListener): Promise<string> {
  const server = createServer({ keepAliveTimeout: 65_000 }, handler);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}
