import { randomBytes, randomUUID } from 'node:crypto';
import { sealFrame } from '@muster/protocol/crypto/mac';
import { startChild } from '../child.ts';
import { createBeats } from '../load/beat.ts';
import { type Load, startLoad } from '../load/start-load.ts';
import { type Ratio, compare } from '../ratio.ts';

const CONNECTIONS = 256;
const ROUNDS = 5;
const ROUND_MS = 3_000;
const WARM_UP_MS = 2_000;

export async function measureProcedures(signal: AbortSignal): Promise<Ratio> {
  const stops: (() => Promise<void>)[] = [];
  const start = async (module: string, body: string, expect: string): Promise<Load> => {
    const server = startChild(module);
    stops.push(server.stop);
    const load = await startLoad({ kind: 'posts', url: await server.ask<string>({}), body, expect, connections: CONNECTIONS });
    stops.push(load.stop);
    await load.run(WARM_UP_MS);
    return load;
  };
  // A heartbeat's frame: the smallest message that agents send all the time.
  const frame = sealFrame({
    key: randomBytes(32),
    direction: 'n2m',
    sessionId: randomUUID(),
    counter: 1,
    path: 'heartbeat',
    body: createBeats()(),
  });
  const body = JSON.stringify(frame);
  try {
    const product = await start('./servers/procedure-server.ts', body, `{"result":{"data":${body}}}`);
    const baseline = await start('./servers/echo-server.ts', body, body);
    return await compare({
      id: 'procedures',
      title: `typed, validated procedure without a database ÷ raw JSON echo on node:http, ${CONNECTIONS} connections, ${body.length} bytes`,
      unit: '/s',
      aim: { atLeast: 0.4 },
      rounds: ROUNDS,
      signal,
      product: { name: "the agents' HTTP fast path: tRPC procedure, zod input", measure: () => product.run(ROUND_MS) },
      baseline: { name: 'node:http: JSON.parse, JSON.stringify', measure: () => baseline.run(ROUND_MS) },
      notes: () => [
        "every procedure of the product's agent routers uses the database, so the router is the bench's; all around it is the product's",
      ],
    });
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}
