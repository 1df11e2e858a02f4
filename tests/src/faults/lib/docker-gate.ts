import { rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

export type EngineVerb = 'create' | 'start' | 'stop' | 'remove';
/** `before`: the engine never hears of it. `done`: it has done it and nobody hears. `told`: the answer is on its way. */
export type Moment = 'before' | 'done' | 'told';

/** Stands between the agent and its engine, knows which requests are about allocations' containers, and does as a case asks. */
export interface DockerGate {
  host: string;
  /** At the next such request, once; `act` does the harm, then nothing is answered (but for `told`). */
  once(verb: EngineVerb, moment: Moment, act: () => Promise<void> | void): Promise<void>;
  /** The engine does it and says that it failed: so many times. */
  lie(verb: EngineVerb, times: number): void;
  /** Lies no more, and waits for nothing. */
  behave(): void;
  /** How many requests of a kind have come, about allocations' containers. */
  count(verb: EngineVerb): number;
  stop(): Promise<void>;
}

const OURS = /^muster-[0-9a-f-]{36}-\d+$/;
const createdSchema = z.object({ Id: z.string() });

export async function startDockerGate(path: string, engineSocket: string): Promise<DockerGate> {
  const ours = new Set<string>();
  const counts = new Map<EngineVerb, number>();
  const lies = new Map<EngineVerb, number>();
  let trap: { verb: EngineVerb; moment: Moment; act: () => Promise<void> | void; sprung: () => void } | null = null;

  function verbOf({ method, url = '' }: IncomingMessage): EngineVerb | null {
    const { pathname, searchParams } = new URL(url, 'http://docker');
    const [, id = '', action] = /\/containers\/([^/]+)(?:\/(start|stop))?$/.exec(pathname) ?? [];
    if (method === 'POST' && id === 'create') return OURS.test(searchParams.get('name') ?? '') ? 'create' : null;
    if (!ours.has(id)) return null;
    if (method === 'DELETE') return action === undefined ? 'remove' : null;
    return method === 'POST' && (action === 'start' || action === 'stop') ? action : null;
  }

  function forward(req: IncomingMessage): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { method, url: path, headers } = req;
      // A connection for each: an engine that shuts down lets nobody new in, and we must not seem to know it better than the agent does.
      const upstream = httpRequest({ socketPath: engineSocket, method, path, headers, agent: false }, resolve);
      upstream.once('error', reject);
      req.once('close', () => void (req.complete || upstream.destroy()));
      req.pipe(upstream);
    });
  }

  async function pass(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const verb = verbOf(req);
    if (verb) counts.set(verb, (counts.get(verb) ?? 0) + 1);
    const sprung = trap && verb === trap.verb ? trap : null;
    if (sprung) trap = null;
    if (sprung?.moment === 'before') return spring(sprung);
    const answer = await forward(req);
    if (verb === null) {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      // An event stream may be silent for long, and its reader wants to know that it is open.
      res.flushHeaders();
      // Breaks off on either side when the other one does.
      return pipeline(answer, res);
    }
    const body = await bodyOf(answer);
    if (verb === 'create' && answer.statusCode === 201) ours.add(createdSchema.parse(JSON.parse(body.toString())).Id);
    if (sprung?.moment === 'done') return spring(sprung);
    const left = lies.get(verb) ?? 0;
    if (left > 0) {
      lies.set(verb, left - 1);
      return void res.writeHead(500, { 'content-type': 'application/json' }).end('{"message":"something went wrong in the engine"}');
    }
    res.writeHead(answer.statusCode ?? 502, answer.headers).end(body);
    if (sprung) await spring(sprung);
  }

  async function spring({ act, sprung }: NonNullable<typeof trap>): Promise<void> {
    await act();
    sprung();
  }

  const server = createServer((req, res) => void pass(req, res).catch(() => res.destroy()));
  // Attaching to a container takes over the connection.
  server.on('upgrade', (req, socket, head) => {
    const upstream = connect(engineSocket);
    const headers = req.rawHeaders.reduce((text, value, i) => text + (i % 2 === 0 ? `${value}: ` : `${value}\r\n`), '');
    upstream.write(`${req.method} ${req.url} HTTP/1.1\r\n${headers}\r\n`);
    upstream.write(head);
    socket.pipe(upstream).pipe(socket);
    for (const one of [socket, upstream]) one.on('error', () => (socket.destroy(), upstream.destroy()));
  });
  await rm(path, { force: true });
  await new Promise<void>((resolve) => server.listen(path, resolve));

  return {
    host: `unix://${path}`,
    once: (verb, moment, act) => new Promise((sprung) => (trap = { verb, moment, act, sprung })),
    lie: (verb, times) => void lies.set(verb, times),
    behave() {
      lies.clear();
      trap = null;
    },
    count: (verb) => counts.get(verb) ?? 0,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}
