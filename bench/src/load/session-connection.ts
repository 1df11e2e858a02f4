import { once } from 'node:events';
import { openFrame, sealFrame } from '@muster/protocol/crypto/mac';
import { unwrap } from '@muster/protocol/errors/result';
import type { Frame } from '@muster/protocol/messages/frame';
import { heartbeatAnswerSchema } from '@muster/protocol/messages/frames';
import { WebSocket } from 'ws';
import { createBeats } from './beat.ts';
import type { Connection } from './connection.ts';

export interface SessionKeys {
  sessionId: string;
  /** Hex. */
  keyFromNode: string;
  keyToNode: string;
}

interface Answer {
  id: number;
  result?: { data?: { frame: Frame } };
}

/** Of so many answers the MAC is checked too; of every answer, that it is the one to the frame that was sent. */
const CHECK_EVERY = 50;

/** A node's session over its own WebSocket, in the words of tRPC's wsLink; the frames are sealed as the agent seals them. */
export async function openSession(url: string, session: SessionKeys, onCounter: (counter: number) => void): Promise<Connection> {
  const { sessionId } = session;
  const keys = { fromNode: Buffer.from(session.keyFromNode, 'hex'), toNode: Buffer.from(session.keyToNode, 'hex') };
  const beat = createBeats();
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  let counter = 0;
  let waiting: { resolve: () => void; reject: (error: Error) => void } | undefined;

  const check = (text: string): void => {
    const answer = JSON.parse(text) as Answer;
    const frame = answer.result?.data?.frame;
    if (answer.id !== counter || frame?.counter !== counter) throw new Error(`a heartbeat was refused: ${text.slice(0, 500)}`);
    if (counter % CHECK_EVERY === 1)
      unwrap(openFrame({ key: keys.toNode, direction: 'm2n', path: 'heartbeat', frame, schema: heartbeatAnswerSchema }));
    onCounter(counter);
  };
  socket.on('message', (data: Buffer) => {
    const text = data.toString('utf8');
    // The server's keep-alive, which is no answer to anything.
    if (text === 'PING') return socket.send('PONG');
    const current = waiting;
    waiting = undefined;
    try {
      check(text);
      current?.resolve();
    } catch (error) {
      current?.reject(error instanceof Error ? error : new Error(String(error)));
    }
  });
  const fail = (error: Error) => waiting?.reject(error);
  socket.on('error', fail);
  socket.on('close', (code) => fail(new Error(`the server closed a session's socket (${code})`)));

  return {
    exchange: () =>
      new Promise<void>((resolve, reject) => {
        waiting = { resolve, reject };
        counter += 1;
        const frame = sealFrame({ key: keys.fromNode, direction: 'n2m', sessionId, counter, path: 'heartbeat', body: beat() });
        socket.send(JSON.stringify({ id: counter, method: 'mutation', params: { path: 'heartbeat', input: { frame } } }));
      }),
    close: () => socket.terminate(),
  };
}
