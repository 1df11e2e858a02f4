import { AppError } from '@muster/protocol/errors/app-error';
import type { Config } from '../config.ts';
import { setDrain } from '../operator/set-drain.ts';
import { parseTime, TIME_EXPECTED } from './parse-time.ts';
import { print } from './print.ts';
import { openSurroundings } from './surroundings.ts';

export interface DrainOptions {
  by?: string;
  reason?: string;
}

/** Nothing new from now on; what runs may run out, or is stopped by the deadline, and placed elsewhere where its restart policy allows. Outlives restarts of the agent. */
export async function drainCommand(config: Config, { by, reason = 'asked on the machine' }: DrainOptions): Promise<void> {
  const now = Date.now();
  const deadline = deadlineOf(by, now);
  const { identity } = await openSurroundings(config);
  const isRunning = await setDrain({ dataDir: config.dataDir, identity, drain: { reason: reason.slice(0, 200), deadline, since: now } });
  const rest = deadline === null ? 'what runs may run out' : `what still runs is stopped by ${new Date(deadline).toLocaleString()}`;
  print(`The node takes nothing new; ${rest}.`);
  if (!isRunning) print('No agent runs here: this holds from its next start.');
  print('`muster-miner status` shows what is left, `muster-miner undrain` ends it.');
}

export async function undrainCommand(config: Config): Promise<void> {
  const { identity } = await openSurroundings(config);
  const isRunning = await setDrain({ dataDir: config.dataDir, identity, drain: null });
  print(`The node takes work again${isRunning ? '' : ', from the next start of its agent'}.`);
}

/** Null without one. Throws BAD_INPUT. */
export function deadlineOf(by: string | undefined, now: number): number | null {
  if (by === undefined) return null;
  const deadline = parseTime(by, now);
  if (deadline !== null) return deadline;
  throw new AppError('BAD_INPUT', {
    publicMessage: `--by: expected ${TIME_EXPECTED}, in the future`,
    hint: 'Example: muster-miner drain --by 18:00',
  });
}
