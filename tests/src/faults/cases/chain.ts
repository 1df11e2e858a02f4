import { deepStrictEqual } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { containersOf, counting, expectUnbroken, expectWhole, lasting, place, untilBye, untilLines, untilRunning } from '../task.ts';

/** The agent asks the chain every second here. */
const LIE_MS = 4_000;
/** As long as any struct that is read, and nothing but zeros: no run, no registration. */
const ZEROS = `0x${'00'.repeat(32 * 40)}`;

export const chainFaults: Fault[] = [
  {
    name: 'an RPC that fails, is empty, or lies',
    async run(stage) {
      const task = await place(stage, counting(220));
      const container = await untilRunning(stage, task);
      const harms = {
        'answers with nothing': () => stage.rpc.replace('eth_call', { result: '0x' }),
        'answers with zeros': () => stage.rpc.replace('eth_call', { result: ZEROS }),
        'answers with an error': () => stage.rpc.replace('eth_call', { error: { code: -32_000, message: 'header not found' } }),
        'answers nobody': () => stage.rpc.refuse(),
      };
      for (const harm of Object.values(harms)) {
        harm();
        await sleep(LIE_MS);
        stage.rpc.behave();
      }
      await expectWhole(stage, task, { lines: 220, exitCode: 7, containerId: container.Id });
      return `it ${Object.keys(harms).join(', ')}: nothing was torn down, 220 of 220 lines once`;
    },
  },
  {
    // The last one: no run is left after it.
    name: 'the run is closed while the agent is away',
    async run(stage) {
      const task = await place(stage, lasting());
      await untilLines(stage, task, 5);
      await stage.killAgent();
      await stage.network.buyer.run(['run', 'close', stage.runId, '--wait']);
      const [before] = await containersOf(stage, task);
      deepStrictEqual(before?.State, 'running');
      const life = await stage.startAgent({ alone: true });
      const { standing } = await life.waitForEvent('ended', { timeoutMs: 60_000 });
      deepStrictEqual(await containersOf(stage, task), []);
      const lines = await untilBye(stage, task).catch(() => null);
      return `ended (${String(standing)}): stopped gracefully at the next start, nothing left on the machine${lines ? `; ${expectUnbroken(lines)} lines and the last word delivered once` : ''}`;
    },
  },
];
