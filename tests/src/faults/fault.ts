import type { Random } from '../lib/random.ts';
import type { FaultStage } from './stage.ts';

export interface Fault {
  name: string;
  quick?: true;
  /** About how long it takes, of those that are long: they begin first, so that no lane is at work alone at the end. */
  seconds?: number;
  run(stage: FaultStage, context: { random: Random }): Promise<string>;
}

/** Every case begins with everything in order, whatever the one before it left behind. */
export async function runFault(stage: FaultStage, { run }: Fault, random: Random): Promise<string> {
  try {
    await makeSound(stage);
    return await run(stage, { random });
  } catch (error) {
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`${said}\nthe agent's last lines:\n${stage.agent().lastLines(12)}`, { cause: error });
  }
}

async function makeSound(stage: FaultStage): Promise<void> {
  const { master, rpc, docker, engine } = stage;
  master.set('pass');
  rpc.behave();
  docker.behave();
  const answers = await engine.docker.ping().then(
    () => true,
    () => false,
  );
  if (!answers) await engine.start();
  if (!stage.agent().running) await stage.startAgent();
  await stage.untilHealthy();
}
