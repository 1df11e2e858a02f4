import { deepStrictEqual } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { eject } from '@muster/chain/actions/eject';
import { getRegistration } from '@muster/chain/actions/get-registration';
import { leaveRun } from '@muster/chain/actions/leave-run';
import { devAccount } from '@muster/chain/dev/dev-accounts';
import { createTxSender } from '@muster/chain/sender/tx-sender';
import { loadKey } from '@muster/runtime/key-file';
import { privateKeyToAccount } from 'viem/accounts';
import type { Fault } from '../fault.ts';
import { PATIENCE_MS } from '../lib/until.ts';
import type { FaultStage } from '../stage.ts';
import { containersOf, counting, expectWhole, historyOf, lasting, place, untilLines, untilRunning } from '../task.ts';

/** The agent asks the chain every second here. */
const LIE_MS = 4_000;
/** As long as any struct that is read, and nothing but zeros: no run, no registration. */
const ZEROS = `0x${'00'.repeat(32 * 40)}`;

const endedMeanwhile = (what: string, end: (stage: FaultStage) => Promise<unknown>): Fault => ({
  name: `${what} while the agent is away`,
  async run(stage) {
    try {
      const task = await place(stage, lasting());
      await untilLines(stage, task, 5);
      const container = await untilRunning(stage, task);
      await stage.killAgent();
      await end(stage);
      deepStrictEqual((await containersOf(stage, task))[0]?.State, 'running');
      const life = await stage.startAgent({ alone: true });
      const { standing } = await life.waitForEvent('ended', { timeoutMs: PATIENCE_MS });
      deepStrictEqual(await containersOf(stage, task), []);
      // Nobody is left to tell it to: the engine knows how it went.
      const ends = await historyOf(stage, { container: [container.Id], event: ['die'] });
      deepStrictEqual(
        ends.map(({ exitCode }) => exitCode),
        ['4'],
      );
      return `ended (${String(standing)}): stopped gracefully at the next start, exit code 4, nothing left on the machine`;
    } finally {
      await stage.enterRun();
    }
  },
});

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
  endedMeanwhile('the run is closed', (stage) => stage.network.buyer.run(['run', 'close', stage.runId, '--wait'])),
  endedMeanwhile('the node is ejected', async ({ network: { chain }, runId, node }) => {
    const seq = (await getRegistration(chain, runId, node))?.seq ?? 0;
    const owner = { sender: createTxSender({ client: chain.client, account: devAccount(1) }), registry: chain.registry };
    await eject(owner, { runId, node, seq, ban: false, reason: 'for a test' });
  }),
  endedMeanwhile('the node has left', async ({ network: { chain, keys }, runId, node }) => {
    const { privateKey } = await loadKey({ name: 'provider key', file: keys.provider.file });
    const account = privateKeyToAccount(privateKey);
    await leaveRun({ sender: createTxSender({ client: chain.client, account }), registry: chain.registry }, { runId, node });
  }),
];
