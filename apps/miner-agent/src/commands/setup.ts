import { dirname, resolve } from 'node:path';
import { writeFileAtomic } from '@muster/runtime/atomic-file';
import { ensureDirectory } from '@muster/runtime/ensure-directory';
import { AppError } from '@muster/protocol/errors/app-error';
import { settingsSchema, type Env } from '../env.ts';
import { RELAY } from '../reach.ts';
import { configText } from '../settings/config-text.ts';
import type { AgentSettings } from '../settings/load-settings.ts';
import { fileKeyOf } from '../settings/names.ts';
import { print } from './print.ts';
import type { Terminal } from './terminal.ts';

type Variable = keyof Env;

const ANVIL = '31337';

/** Asks for what the agent cannot know, with what it would guess, and writes the configuration file. Throws CONFIG_INVALID without a terminal. */
export async function setupCommand(settings: AgentSettings, terminal: Terminal): Promise<void> {
  if (!terminal.isInteractive)
    throw new AppError('CONFIG_INVALID', {
      publicMessage: 'There is no terminal to ask on, so settings must be given',
      hint: 'At least MUSTER_RUN_ID (--run-id), and MUSTER_PROVIDER_KEY_FILE or MUSTER_PROVIDER; off the dev chain MUSTER_CHAIN_ID and MUSTER_RPC_URL too.',
    });
  if (settings.file.exists && !(await terminal.confirm(`${settings.file.path} is there already. Write it anew?`))) return;
  const answers = await askForSettings(terminal, settings.values);
  // Mostly the data directory, and what a file makes above itself others may read.
  await ensureDirectory(dirname(settings.file.path));
  await writeFileAtomic(settings.file.path, configText(answers), { mode: 0o600 });
  print(`Written: ${settings.file.path}`);
}

/** Each answer is checked by the setting's own schema, and asked for again until it fits. */
export async function askForSettings(terminal: Terminal, known: Env): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  const ask = async (variable: Variable, question: string, guess = ''): Promise<string> => {
    for (;;) {
      const answer = await terminal.ask(question, guess);
      const parsed = settingsSchema.shape[variable].safeParse(answer === '' ? undefined : answer);
      if (parsed.success) {
        if (answer !== '') answers[fileKeyOf(variable)] = answer;
        return answer;
      }
      print(`  ${parsed.error.issues[0]?.message ?? 'this does not fit'}`);
    }
  };
  const required = async (variable: Variable, question: string, guess?: string): Promise<string> => {
    for (;;) {
      const answer = await ask(variable, question, guess);
      if (answer !== '') return answer;
    }
  };

  await required('MUSTER_RUN_ID', 'Which run shall this machine serve? Its number:');
  const chainId = await required(
    'MUSTER_CHAIN_ID',
    'On which chain (31337 Anvil, 421614 Arbitrum Sepolia, 42161 Arbitrum One)?',
    String(known.MUSTER_CHAIN_ID),
  );
  const rpcGuess = known.MUSTER_RPC_URL ?? (chainId === ANVIL ? 'http://127.0.0.1:8545' : undefined);
  await required('MUSTER_RPC_URL', "The chain's RPC:", rpcGuess);
  const keyFile = await ask(
    'MUSTER_PROVIDER_KEY_FILE',
    "The file of the provider's key, which pays for the registration (empty: the key is elsewhere, in a wallet):",
  );
  // The file is read from wherever the agent is started, by systemd for one.
  if (keyFile !== '') answers[fileKeyOf('MUSTER_PROVIDER_KEY_FILE')] = resolve(keyFile);
  else {
    await required('MUSTER_PROVIDER', "The address of the provider's wallet; you will get a link by which it registers this node:");
    await ask('MUSTER_DASHBOARD_URL', 'Where that link leads, the URL of the dashboard (empty: the link is printed without it):');
  }
  await ask(
    'MUSTER_ENDPOINT',
    `The URL under which others reach this machine, or "${RELAY}" behind a router (empty: what the agent finds out):`,
  );
  return answers;
}
