// The baseline of the heartbeats: a bare node:http handler that does one prepared upsert per request. No proof, no coalescing.
import type { IncomingMessage, ServerResponse } from 'node:http';
import pg from 'pg';
import { serveParent } from '../child.ts';
import { listen } from './listen.ts';

interface Beat {
  id: string;
  counter: number;
  status: object;
}

const UPSERT = `
  INSERT INTO bench_beat (id, counter, status, at) VALUES ($1, $2, $3, now())
  ON CONFLICT (id) DO UPDATE SET counter = EXCLUDED.counter, status = EXCLUDED.status, at = now()`;

function createHandler(pool: pg.Pool) {
  return (req: IncomingMessage, res: ServerResponse): void => {
    let body = '';
    req.setEncoding('utf8');
    req.on('data', (chunk: string) => (body += chunk));
    req.on('end', () => {
      const { id, counter, status } = JSON.parse(body) as Beat;
      const answer = (code: number, text: string) =>
        res.writeHead(code, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
      pool.query({ name: 'upsert', text: UPSERT, values: [id, counter, JSON.stringify(status)] }).then(
        () => answer(200, '{"ok":true}'),
        (error: unknown) => answer(500, JSON.stringify({ error: String(error) })),
      );
    });
  };
}

serveParent(async ({ databaseUrl, poolSize }: { databaseUrl: string; poolSize: number }) => {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize, application_name: 'bench baseline' });
  await pool.query(
    'CREATE TABLE bench_beat (id text PRIMARY KEY, counter bigint NOT NULL, status jsonb NOT NULL, at timestamptz NOT NULL)',
  );
  return `${await listen(createHandler(pool))}/beat`;
});
