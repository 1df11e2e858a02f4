import { deepStrictEqual, ok } from 'node:assert';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { runTool } from '../lib/run-tool.ts';
import { until } from '../lib/until.ts';
import { cancel, place, untilLines, untilRunning } from '../task.ts';

/** The machine's own, in a private range: forbidden twice. */
const ADDRESS = '10.77.0.1';
const PORT = 7_000;
/** The agent looks after its fence so often; a beat more is for a busy machine. */
const LOOK_MS = 5_000;
const QUIET_MS = 3_000;
/** As often as the look may come before the container has used the gap. */
const MOST_FLUSHES = 10;

const FLUSHES = {
  'iptables -F': () => runTool('iptables', ['-F']),
  'nft flush ruleset': () => runTool('nft', ['flush', 'ruleset']),
};

/** Talks to the forbidden address for as long as somebody listens, and says so when nobody does. */
const knocking = () => [
  'sh',
  '-c',
  `while :; do while :; do echo x; sleep 0.1; done | nc -w 1 ${ADDRESS} ${PORT}; echo refused; sleep 0.1; done`,
];

interface Ear {
  connections: number;
  bytes: number;
  server: Server;
}

async function listen(): Promise<Ear> {
  const ear: Ear = { connections: 0, bytes: 0, server: createServer() };
  ear.server.on('connection', (socket) => {
    ear.connections += 1;
    socket.on('data', ({ length }) => (ear.bytes += length)).on('error', () => undefined);
    ear.server.once('close', () => socket.destroy());
  });
  await new Promise<void>((resolve) => ear.server.listen(PORT, ADDRESS, resolve));
  return ear;
}

const isFenced = async () => /^-A INPUT .*-j MUSTER-IN-/m.test(await runTool('iptables', ['-S', 'INPUT']).catch(() => ''));

export const firewallFaults: Fault[] = Object.entries(FLUSHES).map(([name, flush]): Fault => ({
  name: `the firewall is emptied by ${name}`,
  async run(stage) {
    await runTool('ip', ['address', 'add', `${ADDRESS}/32`, 'dev', 'lo']);
    const ear = await listen();
    const rules = join(stage.dataDir, 'rules');
    try {
      const task = await place(stage, knocking(), { network: 'egress' });
      const container = await untilRunning(stage, task);
      await untilLines(stage, task, 3);
      deepStrictEqual(ear.connections, 0);
      await writeFile(rules, await runTool('iptables-save', []));
      let [longest, flushes] = [0, 0];
      while (ear.bytes === 0) {
        ok((flushes += 1) <= MOST_FLUSHES, 'the gaps were too short for the container');
        await flush();
        const since = performance.now();
        await until('the fence', isFenced);
        longest = Math.max(longest, performance.now() - since);
      }
      ok(longest <= LOOK_MS + stage.pace.heartbeatMs, `the fence was back after ${longest} ms`);
      // What came through the gap may lie there still, on a machine that was too busy to read it.
      await setImmediate();
      const [connections, heard] = [ear.connections, ear.bytes];
      await sleep(QUIET_MS);
      deepStrictEqual([ear.connections, ear.bytes], [connections, heard]);
      deepStrictEqual((await untilRunning(stage, task)).Id, container.Id);
      // The engine misses its own rules, too, and nobody else brings them back.
      await runTool('iptables-restore', [rules]);
      await cancel(stage, task);
      return `the fence was back within ${(longest / 1000).toFixed(1)} s; of the connection from the gap (${heard} bytes) nothing came through any more; the container runs on`;
    } finally {
      ear.server.close();
      await runTool('ip', ['address', 'del', `${ADDRESS}/32`, 'dev', 'lo']);
    }
  },
}));
