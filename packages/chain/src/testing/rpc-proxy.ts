import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const requestSchema = z.object({ id: z.number(), method: z.string(), params: z.array(z.unknown()).default([]) });
type RpcRequest = z.infer<typeof requestSchema>;
type RpcAnswer = { result: unknown } | { error: { code: number; message: string } };

const logsSchema = z.array(z.record(z.string(), z.unknown()));
const filterSchema = z.union([z.string(), z.record(z.string(), z.unknown())]);

/** Answers in the RPC's place, or undefined to let it answer. `real` is what the RPC said, when that is a list. */
export type Tamper = (params: z.infer<typeof filterSchema>[], real: z.infer<typeof logsSchema>) => RpcAnswer | undefined;

export interface RpcProxy {
  url: string;
  /** Falsifies the answers to one method from now on. */
  tamper(method: string, answer: Tamper): void;
  /** Answers one method in the RPC's place, which never hears of it: always, or so many times. */
  replace(method: string, answer: RpcAnswer, times?: number): void;
  /** Drops every connection without an answer. */
  refuse(): void;
  /** Passes requests of one method on but never answers them: the sender cannot know. */
  swallow(method: string): void;
  behave(): void;
  /** Methods seen, in order. */
  seen: string[];
  stop(): Promise<void>;
}

const inShape = (request: unknown, answer: unknown): unknown => (Array.isArray(request) ? [answer] : answer);

/** Stands between a client and a real Anvil, and misbehaves on demand as load-balanced RPCs do. For tests. */
export async function startRpcProxy(target: string): Promise<RpcProxy> {
  const tampers = new Map<string, Tamper>();
  const swallowed = new Set<string>();
  const replacements = new Map<string, { answer: RpcAnswer; times: number }>();
  const seen: string[] = [];
  let refusing = false;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (refusing) return void request.socket.destroy();
    const body = Buffer.concat(chunks).toString();
    const parsed: unknown = JSON.parse(body);
    const requests = z.array(requestSchema).parse(Array.isArray(parsed) ? parsed : [parsed]);
    seen.push(...requests.map(({ method }) => method));
    const [only] = requests;
    const replacement = only && requests.length === 1 ? takeReplacement(only.method) : undefined;
    if (only && replacement) return void response.end(JSON.stringify(inShape(parsed, { jsonrpc: '2.0', id: only.id, ...replacement })));
    const upstream = await fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const answers: unknown = await upstream.json();
    if (requests.some(({ method }) => swallowed.has(method))) return void request.socket.destroy();
    const falsified = (Array.isArray(answers) ? answers : [answers]).map((real, i) => falsify(requests[i], real));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(Array.isArray(parsed) ? falsified : falsified[0]));
  }

  function takeReplacement(method: string): RpcAnswer | undefined {
    const replacement = replacements.get(method);
    if (!replacement) return undefined;
    if (--replacement.times <= 0) replacements.delete(method);
    return replacement.answer;
  }

  function falsify(request: RpcRequest | undefined, real: unknown): unknown {
    const tamper = request && tampers.get(request.method);
    if (!tamper) return real;
    const list = z.object({ result: logsSchema }).safeParse(real);
    const forged = tamper(
      z.array(filterSchema).parse(request.params.filter((param) => typeof param !== 'boolean')),
      list.data?.result ?? [],
    );
    return forged ? { jsonrpc: '2.0', id: request.id, ...forged } : real;
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(502).end());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    tamper: (method, falsification) => void tampers.set(method, falsification),
    replace: (method, forged, times = Number.POSITIVE_INFINITY) => void replacements.set(method, { answer: forged, times }),
    refuse: () => (refusing = true),
    swallow: (method) => void swallowed.add(method),
    behave() {
      tampers.clear();
      swallowed.clear();
      replacements.clear();
      refusing = false;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
