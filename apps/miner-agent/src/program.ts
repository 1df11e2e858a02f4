import { Argument, Command, Option } from 'commander';
import { SHELLS, type Shell } from '@muster/runtime/completion';
import { fail } from './commands/fail.ts';
import type { DrainOptions } from './commands/drain.ts';
import type { LeaveOptions } from './commands/leave.ts';
import type { LogsOptions } from './commands/logs.ts';
import type { ServiceOptions } from './commands/service.ts';
import type { Terminal } from './commands/terminal.ts';
import { namingUnknownCommands } from './commands/unknown-command.ts';
import { createConfig, type Config } from './config.ts';
import { settingsSchema } from './env.ts';
import { listSettings } from './settings/list-settings.ts';
import { loadSettings, type AgentSettings } from './settings/load-settings.ts';
import { AGENT_VERSION } from './version.ts';

const JSON_OPTION = ['--json', 'one JSON document on standard output'] as const;

interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  terminal: Terminal;
}

/** A command is loaded when it is called: nobody waits for the agent to be told where a setting comes from. */
const commands = {
  completion: () => import('./commands/completion.ts'),
  config: () => import('./commands/config.ts'),
  consent: () => import('./commands/consent.ts'),
  doctor: () => import('./commands/doctor.ts'),
  drain: () => import('./commands/drain.ts'),
  leave: () => import('./commands/leave.ts'),
  logs: () => import('./commands/logs.ts'),
  service: () => import('./commands/service.ts'),
  setup: () => import('./commands/setup.ts'),
  start: () => import('./commands/start.ts'),
  status: () => import('./commands/status.ts'),
  wallet: () => import('./commands/wallet.ts'),
};

/** The whole command line. Every setting is a flag of every command. */
export function createProgram({ env, terminal }: Surroundings): Command {
  const settings = listSettings(settingsSchema).filter(({ notes }) => notes.secret !== 'key');
  const program = new Command('muster-miner')
    .description('Serves a Muster run with this machine: registers it, proves it, and runs its tasks in isolated containers.')
    .version(AGENT_VERSION)
    .option('--config <file>', 'the configuration file (default: config.yaml in the data directory)')
    .addHelpText('after', HELP)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  const options = settings.map((setting) => {
    const option = new Option(
      `${setting.flag} ${setting.isYesOrNo ? '[0|1]' : '<value>'}`,
      setting.notes.about.replaceAll('`', ''),
    ).helpGroup('Settings:');
    program.addOption(setting.isYesOrNo ? option.preset('1') : option);
    return { variable: setting.variable, attribute: option.attributeName() };
  });

  function load(): Promise<AgentSettings> {
    const given: Readonly<Record<string, string | undefined>> = program.opts();
    const flags = Object.fromEntries(options.map(({ variable, attribute }) => [variable, given[attribute]]));
    return loadSettings({ flags, configFile: given['config'] }, env);
  }

  /** What goes wrong ends in one line, its hint and an exit code. */
  const withSettings =
    <Options>(command: (settings: AgentSettings, options: Options) => Promise<void> | void) =>
    async (given: Options): Promise<void> => {
      try {
        await command(await load(), given);
      } catch (error) {
        fail(error);
      }
    };
  const withConfig = <Options>(command: (config: Config, options: Options) => Promise<void>) =>
    withSettings<Options>(({ values }, given) => command(createConfig(values), given));

  namingUnknownCommands(program.command('start', { isDefault: true }))
    .description('serve the run until it ends or you stop it')
    .configureHelp({ showGlobalOptions: true })
    .action(
      withSettings(async (settings) => {
        const isNew = settings.values.MUSTER_RUN_ID === undefined && terminal.isInteractive;
        if (isNew) await (await commands.setup()).setupCommand(settings, terminal);
        await (await commands.start()).startCommand(createConfig((isNew ? await load() : settings).values));
      }),
    );
  program
    .command('setup')
    .description('ask for the settings and write the configuration file; the first start does this by itself')
    .action(withSettings(async (settings) => (await commands.setup()).setupCommand(settings, terminal)));
  program
    .command('doctor')
    .description('check this machine')
    .option(...JSON_OPTION)
    .action(withConfig<{ json?: boolean }>(async (config, given) => (await commands.doctor()).doctorCommand(config, given)));
  program
    .command('status')
    .description('where the node stands, and what comes next')
    .option(...JSON_OPTION)
    .action(withConfig<{ json?: boolean }>(async (config, given) => (await commands.status()).statusCommand(config, given)));
  program
    .command('consent')
    .description("print the link by which the provider's wallet registers this node")
    .action(withConfig(async (config) => (await commands.consent()).consentCommand(config)));
  program
    .command('drain')
    .description(
      'take nothing new; what runs may run out, or is stopped by a deadline, and placed elsewhere where its restart policy allows',
    )
    .option('--by <time>', 'stop what still runs by then: 18:00, +2h30m or 2030-01-31T18:00')
    .option('--reason <text>', 'why; the master and the buyers see it')
    .addHelpText('after', '\nExamples:\n  muster-miner drain\n  muster-miner drain --by 18:00 --reason "kernel update"')
    .action(withConfig<DrainOptions>(async (config, given) => (await commands.drain()).drainCommand(config, given)));
  program
    .command('undrain')
    .description('take work again')
    .action(withConfig(async (config) => (await commands.drain()).undrainCommand(config)));
  program
    .command('leave')
    .description('take the node out of the run, on chain: stop what runs gracefully, deliver its logs, leave')
    .option('--by <time>', 'let what runs run until then: 18:00, +2h30m or 2030-01-31T18:00')
    .option('--now', 'leave at once; the agent stops its containers when it sees it on chain')
    .option('--yes', 'do not ask')
    .action(withConfig<LeaveOptions>(async (config, given) => (await commands.leave()).leaveCommand(config, given, terminal)));
  program
    .command('logs')
    .description('what the containers here wrote')
    .argument('[id]', 'an allocation or a task, by the start of its id; all without it')
    .option('-f, --follow', 'go on until the containers end')
    .option('--tail <lines>', 'only the last so many lines')
    .action((id: string | undefined, given: LogsOptions) =>
      withConfig<LogsOptions>(async (config, options) => (await commands.logs()).logsCommand(config, id, options))(given),
    );
  const wallet = program.command('wallet').description('the keys on this machine');
  wallet
    .command('create')
    .description('make the node key, and with --with-provider a provider key')
    .option('--with-provider', 'also make a provider key')
    .action(withConfig<{ withProvider?: boolean }>(async (config, given) => (await commands.wallet()).walletCreateCommand(config, given)));
  namingUnknownCommands(wallet.command('show', { isDefault: true }))
    .description('addresses and balances')
    .option(...JSON_OPTION)
    .action(withConfig<{ json?: boolean }>(async (config, given) => (await commands.wallet()).walletShowCommand(config, given)));
  const service = program.command('service').description('the agent as a service of systemd');
  service
    .command('install')
    .description('write a hardened unit, enable it and start it')
    .option('--user <name>', 'run as this user, made if missing, without the network fence: tasks with a network are then refused')
    .option('--print', 'write the unit to standard output and change nothing')
    .addHelpText(
      'after',
      '\nExamples:\n  muster-miner service install --print\n  sudo muster-miner service install --data-dir /var/lib/muster',
    )
    .action(withSettings<ServiceOptions>(async (settings, given) => (await commands.service()).serviceInstallCommand(settings, given)));
  service
    .command('uninstall')
    .description('stop it and take the unit away')
    .action(withSettings(async () => (await commands.service()).serviceUninstallCommand()));
  namingUnknownCommands(service.command('status', { isDefault: true }))
    .description('what systemd says')
    .action(withSettings(async () => (await commands.service()).serviceStatusCommand()));
  const config = program.command('config').description('the settings and where they come from');
  namingUnknownCommands(config.command('show', { isDefault: true }))
    .description('the effective settings with their sources; secrets are hidden')
    .option(...JSON_OPTION)
    .action(withSettings<{ json?: boolean }>(async (settings, given) => (await commands.config()).configShowCommand(settings, given)));
  config
    .command('list')
    .description('every setting there is')
    .option('--markdown', 'as the table of README.md')
    .action(async (given: { markdown?: boolean }) => (await commands.config()).configListCommand(given));
  program
    .command('completion')
    .description('print a script with which a shell completes commands and settings')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText('after', '\nExample:\n  muster-miner completion bash > ~/.local/share/bash-completion/completions/muster-miner')
    .action(async (shell: Shell) => (await commands.completion()).completionCommand(program, shell));
  return program;
}

const HELP = `
Every setting can be given as a flag (--run-id 1), as a variable (MUSTER_RUN_ID=1) or in the configuration file (runId: 1);
flags win over variables, variables over the file. \`muster-miner config list\` shows all of them, \`config show\` what counts.

Examples:
  muster-miner --run-id 1 --provider-key-file ./provider.key
  muster-miner doctor
  muster-miner status --json`;
