import { Command, CommanderError, Option } from 'commander';
import { httpUrlSchema } from '@muster/protocol/primitives';
import { addressArgument } from './arguments.ts';
import type { Bind, CommandAction } from './command.ts';
import { addCompletionCommand } from './commands/completion-command.ts';
import { addLogCommands } from './commands/log-commands.ts';
import { addMasterCommands } from './commands/master-commands.ts';
import { addNodeCommands } from './commands/node-commands.ts';
import { addRunCommands } from './commands/run-commands.ts';
import { addSnapshotCommands } from './commands/snapshot-commands.ts';
import { addTaskCommands } from './commands/task-commands.ts';
import { createContext, type GlobalOptions } from './context.ts';
import { readEnv, type CliEnv } from './env.ts';
import type { Io } from './io.ts';
import { describeError, EXIT_USAGE, formatError } from './output/describe-error.ts';
import { UsageError } from './usage-error.ts';
import manifest from '../package.json' with { type: 'json' };

/** Runs one command line and returns its exit code: 0, 1 for a refusal or failure, 2 for a wrong command line or setting. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  // Known before the options are parsed, so that a mistake in them is reported in the form that was asked for.
  const json = args.includes('--json');
  let url = '';
  let program: Command | null = null;
  try {
    const env = readEnv(io.env);
    url = env.url;
    program = createProgram(env, io);
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (io.signal.aborted) return 130;
    // `muster run` alone: commander has the help of just that command in the error's place.
    if (error instanceof CommanderError && error.code === 'commander.help' && !json) return EXIT_USAGE;
    const { report, exitCode } = describeError(error instanceof CommanderError ? usageOf(error, commandIn(program, args)) : error, {
      url: optionValue(args, '--url') ?? url,
    });
    if (json) io.stdout(`${JSON.stringify({ error: report })}\n`);
    else io.stderr(`${formatError(report)}\n`);
    return error instanceof CommanderError ? EXIT_USAGE : exitCode;
  }
}

function createProgram(env: CliEnv, io: Io): Command {
  const program = new Command('muster')
    .description('Runs, nodes and tasks of Muster from the command line.')
    .version(manifest.version)
    .addOption(new Option('--url <url>', 'the Muster server (MUSTER_URL)').default(env.url))
    .option('--key-file <path>', "your wallet's private key, in a file of mode 0600 (MUSTER_KEY_FILE, or MUSTER_KEY for the key itself)")
    .option('--rpc <url>', "the chain's RPC; on a dev chain the server's when left out")
    .option('--registry <address>', "Muster's registry on that chain, where the address book has none: to seal credentials")
    .option('--json', 'print one JSON document', false);
  const bind: Bind = (command, action) => void command.action(() => execute({ action, command, program, env, io }));
  for (const add of [
    addRunCommands,
    addTaskCommands,
    addLogCommands,
    addNodeCommands,
    addSnapshotCommands,
    addMasterCommands,
    addCompletionCommand,
  ])
    add(program, bind);
  return quiet(program, io);
}

/** Every command speaks through `io` and throws instead of exiting. Options that all share may stand anywhere. */
function quiet(command: Command, io: Io): Command {
  command.exitOverride().configureOutput({ writeOut: io.stdout, writeErr: io.stderr, outputError: () => undefined });
  for (const child of command.commands) quiet(child, io);
  return command;
}

async function execute(given: { action: CommandAction; command: Command; program: Command; env: CliEnv; io: Io }): Promise<void> {
  const { action, command, program, env, io } = given;
  const options = readGlobals(program);
  const result = await action(createContext({ options, env, io }), command);
  if (result === null) return;
  io.stdout(options.json ? `${JSON.stringify(result.json)}\n` : `${result.text}\n`);
}

function readGlobals(program: Command): GlobalOptions {
  const { url, rpc, registry, keyFile, json } = program.opts<{
    url: string;
    rpc?: string;
    registry?: string;
    keyFile?: string;
    json: boolean;
  }>();
  for (const [name, value] of [
    ['--url', url],
    ['--rpc', rpc],
  ] as const) {
    if (value !== undefined && !URL.canParse(value)) throw new UsageError(`${name} takes a URL.`, 'For example: http://127.0.0.1:3000');
  }
  if (!httpUrlSchema.safeParse(url).success)
    throw new UsageError('--url takes an http or https URL without query.', 'For example: http://127.0.0.1:3000');
  return { url: url.replace(/\/+$/, ''), rpc, registry: registry === undefined ? undefined : addressArgument(registry), keyFile, json };
}

/** commander's `error: unknown option '--x'` in our words. */
const usageOf = (error: CommanderError, command: string): UsageError =>
  new UsageError(error.message.replace(/^error: /, '').replace(/^\(outputHelp\)$/, 'Which command?'), `See: ${command} --help`);

/** The command that these arguments name, as far as they name one. */
function commandIn(program: Command | null, args: readonly string[]): string {
  const names = ['muster'];
  let command = program;
  for (const word of args) {
    const child: Command | undefined = command?.commands.find((known) => known.name() === word);
    if (child === undefined) continue;
    names.push(word);
    command = child;
  }
  return names.join(' ');
}

const optionValue = (args: readonly string[], name: string): string | undefined => args[args.indexOf(name) + 1 || args.length];
