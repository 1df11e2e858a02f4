// A load generator: one process that holds its connections open and, when asked, keeps one request under way on each.
import { serveParent } from '../child.ts';
import { createBeats } from './beat.ts';
import type { Connection } from './connection.ts';
import { openHttp } from './http-connection.ts';
import type { LoadMessage, RoundResult } from './messages.ts';
import { openSession } from './session-connection.ts';

let connections: Connection[] = [];
/** By session or connection: the highest number whose answer has arrived. */
const counters: Record<string, number> = {};

function openBeats(url: string, id: string): Promise<Connection> {
  const beat = createBeats();
  let counter = 0;
  const isRight = (answer: string) => {
    counters[id] = counter;
    return answer === '{"ok":true}';
  };
  return openHttp(url, () => JSON.stringify({ id, counter: (counter += 1), status: beat() }), isRight);
}

/** Every connection sends its next request as soon as its answer is there. Answers after the end are awaited but not counted. */
async function run(durationMs: number): Promise<RoundResult> {
  const startedAt = performance.now();
  const endsAt = startedAt + durationMs;
  let answers = 0;
  const keepBusy = async (connection: Connection) => {
    while (performance.now() < endsAt) {
      await connection.exchange();
      if (performance.now() < endsAt) answers += 1;
    }
  };
  await Promise.all(connections.map(keepBusy));
  return { answers, elapsedMs: durationMs };
}

async function handle(message: LoadMessage): Promise<unknown> {
  switch (message.kind) {
    case 'sessions':
      connections = await Promise.all(
        message.sessions.map((session) => openSession(message.url, session, (counter) => (counters[session.sessionId] = counter))),
      );
      return connections.length;
    case 'beats':
      connections = await Promise.all(message.ids.map((id) => openBeats(message.url, id)));
      return connections.length;
    case 'posts':
      connections = await Promise.all(
        Array.from({ length: message.connections }, () =>
          openHttp(
            message.url,
            () => message.body,
            (answer) => answer === message.expect,
          ),
        ),
      );
      return connections.length;
    case 'run':
      return run(message.durationMs);
    case 'counters':
      return counters;
  }
}

serveParent(handle);
