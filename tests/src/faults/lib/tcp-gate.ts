import { randomBytes } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';

/**
 * `pass`; `refuse`: connections are cut and refused; `freeze`: they stay, and nothing comes through, as behind a dead router; `deaf`: what
 * the client says gets lost, what the server says arrives; `mute`: the other way round; `garbage`: every answer is noise.
 */
export type GateMode = 'pass' | 'refuse' | 'freeze' | 'deaf' | 'mute' | 'garbage';

export interface TcpGate {
  url: string;
  set(mode: GateMode): void;
  stop(): Promise<void>;
}

export async function startTcpGate(target: () => number): Promise<TcpGate> {
  const pairs = new Set<() => void>();
  let mode: GateMode = 'pass';

  function join(client: Socket): void {
    if (mode === 'refuse') return void client.destroy();
    const server = connect(target(), '127.0.0.1');
    const cut = () => (client.destroy(), server.destroy(), pairs.delete(cut));
    pairs.add(cut);
    for (const socket of [client, server]) socket.on('error', cut).on('close', cut);
    client.on('data', (bytes) => {
      if (mode === 'garbage') client.write(randomBytes(256));
      else if (mode !== 'freeze' && mode !== 'deaf') server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (mode !== 'freeze' && mode !== 'mute' && mode !== 'garbage') client.write(bytes);
    });
  }

  const listener = createServer(join);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    set(next) {
      // A stream that lost bytes in between makes no sense afterwards: as on a real line, it has to be opened anew.
      if (next === 'refuse' || (next === 'pass' && mode !== 'pass')) for (const cut of pairs) cut();
      mode = next;
    },
    async stop() {
      for (const cut of pairs) cut();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
