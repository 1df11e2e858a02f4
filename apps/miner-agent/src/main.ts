import { EnvError, exitOnEnvError } from '@muster/runtime/env';
import { Command } from 'commander';
import { consentCommand } from './commands/consent.ts';
import { doctorCommand } from './commands/doctor.ts';
import { fail } from './commands/fail.ts';
import { leaveCommand } from './commands/leave.ts';
import { startCommand } from './commands/start.ts';
import { statusCommand } from './commands/status.ts';
import { walletCreateCommand, walletShowCommand } from './commands/wallet.ts';
import { createConfig } from './config.ts';
import { readEnv } from './env.ts';
import { AGENT_VERSION } from './version.ts';

const env = exitOnEnvError(() => readEnv(process.env));

/** Every command gets the same checked configuration; what goes wrong ends in one line, its hint and an exit code. */
const withConfig =
  <Options>(command: (config: ReturnType<typeof createConfig>, options: Options) => Promise<void>) =>
  async (options: Options): Promise<void> => {
    try {
      await command(createConfig(env), options);
    } catch (error) {
      if (error instanceof EnvError) throw error;
      fail(error);
    }
  };

const program = new Command('muster-miner')
  .description('Serves a Muster run with this machine: registers it, proves it, and runs its tasks in isolated containers.')
  .version(AGENT_VERSION)
  .addHelpText('after', '\nSettings come from the environment: see apps/miner-agent/README.md.');

program.command('start', { isDefault: true }).description('serve the run until it ends or you stop it').action(withConfig(startCommand));
program
  .command('doctor')
  .description('check this machine')
  .option('--json', 'one JSON document on standard output')
  .action(withConfig(doctorCommand));
program
  .command('status')
  .description('where the node stands, and what comes next')
  .option('--json', 'one JSON document on standard output')
  .action(withConfig(statusCommand));
program
  .command('consent')
  .description("print the link by which the provider's wallet registers this node")
  .action(withConfig(consentCommand));
program
  .command('leave')
  .description('take the node out of the run, on chain; a running agent then stops its containers')
  .action(withConfig(leaveCommand));
const wallet = program.command('wallet').description('the keys on this machine');
wallet
  .command('create')
  .description('make the node key, and with --provider a provider key')
  .option('--provider', 'also make a provider key')
  .action(withConfig(walletCreateCommand));
wallet
  .command('show', { isDefault: true })
  .description('addresses and balances')
  .option('--json', 'one JSON document on standard output')
  .action(withConfig(walletShowCommand));

await program.parseAsync();
