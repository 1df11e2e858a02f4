import { connect } from 'node:net';
import { once } from 'node:events';
import type { Connection } from './connection.ts';

const HEADERS_END = '\r\n\r\n';

/**
 * A keep-alive HTTP/1.1 connection on a bare socket: node's own client would cost more than the server that is measured. It reads
 * what node:http sends (a content-length, no chunks) and accepts no status but 200.
 */
export async function openHttp(url: string, nextBody: () => string, isRight: (answer: string) => boolean): Promise<Connection> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  let received = '';
  let waiting: { resolve: () => void; reject: (error: Error) => void } | undefined;
  const settle = (error?: Error) => {
    const current = waiting;
    waiting = undefined;
    if (error) current?.reject(error);
    else current?.resolve();
  };
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    received += chunk;
    const head = received.indexOf(HEADERS_END);
    if (head < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(received.slice(0, head))?.[1]);
    const end = head + HEADERS_END.length + length;
    if (received.length < end) return;
    const body = received.slice(head + HEADERS_END.length, end);
    const status = received.slice(9, 12);
    received = received.slice(end);
    settle(status === '200' && isRight(body) ? undefined : new Error(`${url} answered ${status}: ${body.slice(0, 300)}`));
  });
  socket.on('error', (error) => settle(error));
  socket.on('close', () => settle(new Error(`${url} closed the connection`)));
  const prefix = `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\ncontent-length: `;
  return {
    exchange: () =>
      new Promise<void>((resolve, reject) => {
        waiting = { resolve, reject };
        const body = nextBody();
        socket.write(`${prefix}${Buffer.byteLength(body)}${HEADERS_END}${body}`);
      }),
    close: () => socket.destroy(),
  };
}
