// One lane of the fault suite: a stage, and the cases that `main.ts` names, one after the other, until it goes.
import { once } from 'node:events';
import { randomOf } from '../lib/run-cases.ts';
import { FAULTS } from './cases.ts';
import { runFault } from './fault.ts';
import { laneOrderSchema, type LaneAnswer } from './lib/lane.ts';
import { setUpStage, type FaultStage } from './stage.ts';

const left = once(process, 'disconnect');
// A terminal's Ctrl-C reaches the whole group; `main.ts` lets the cases that run come to their end.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

async function answerTo(stage: FaultStage, message: unknown): Promise<LaneAnswer> {
  const { name, seed } = laneOrderSchema.parse(message);
  try {
    const fault = FAULTS.find((one) => one.name === name);
    if (!fault) throw new Error(`there is no case "${name}"`);
    return { ok: true, said: await runFault(stage, fault, randomOf(seed, name)) };
  } catch (error) {
    return { ok: false, said: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

const stage = await setUpStage();
const send = (answer: LaneAnswer) => process.connected && process.send?.(answer);
process.on('message', (message) => void answerTo(stage, message).then(send));
send({ ok: true, said: 'ready' });
await left;
await stage.stop();
// What a case was still waiting for is of no use to anybody.
process.exit();
