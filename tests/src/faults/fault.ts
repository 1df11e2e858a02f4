import type { Case, CaseContext } from '../lib/run-cases.ts';
import { until } from './lib/until.ts';
import type { FaultStage } from './stage.ts';

export interface Fault {
  name: string;
  quick?: true;
  run(stage: FaultStage, context: CaseContext): Promise<string>;
}

/** Every case begins with everything in order, whatever the one before it left behind. */
export const caseOf = (stage: FaultStage, { name, quick, run }: Fault): Case => ({
  name,
  quick: quick === true,
  async run(context) {
    try {
      await makeSound(stage);
      return await run(stage, context);
    } catch (error) {
      const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new Error(`${said}\nthe agent's last lines:\n${stage.agent().lastLines(12)}`, { cause: error });
    }
  },
});

async function makeSound(stage: FaultStage): Promise<void> {
  const { master, rpc, engine, db, runId, node } = stage;
  master.set('pass');
  rpc.behave();
  const answers = await engine.docker.ping().then(
    () => true,
    () => false,
  );
  if (!answers) await engine.start();
  if (!stage.agent().running) await stage.startAgent();
  await until('a healthy node', async () => (await db.prisma.nodeState.findFirst({ where: { runId, node } }))?.phase === 'Healthy');
}
