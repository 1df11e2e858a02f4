import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { AppError } from '@muster/protocol/errors/app-error';
import { systemClock } from '@muster/runtime/clock';
import { ensureDirectory } from '@muster/runtime/ensure-directory';
import { createSystemd, type Systemd } from '../adapters/host/systemd.ts';
import { connectAgent } from '../operator/control-client.ts';
import type { Env } from '../env.ts';
import type { AgentSettings } from '../settings/load-settings.ts';
import { renderUnit, UNIT_NAME, type UnitOptions } from '../service/unit.ts';
import { whatItSaid } from '../service/what-it-said.ts';
import { print } from './print.ts';

export interface ServiceOptions {
  print?: boolean;
  user?: string;
}

/** The machine is looked at first, and a container tried in it; a slow one takes its time. */
const UP_MS = 60_000;
const LOOK_MS = 250;

/** The settings must be in the file: a service has no flags of yours, and no environment. */
export async function serviceInstallCommand(settings: AgentSettings, { print: onlyPrint = false, user }: ServiceOptions): Promise<void> {
  const options = await unitOptions(settings, user ?? null);
  const unit = renderUnit(options);
  if (onlyPrint) return print(unit.trimEnd());
  requireInFile(settings);
  requireWithinReach(settings, options);
  const systemd = createSystemd();
  await ensureDirectory(options.dataDir);
  if (user !== undefined) await systemd.ensureUser(user, options.dataDir);
  await systemd.install(UNIT_NAME, unit);
  const isUp = await untilItAnswers(systemd, options.dataDir);
  print(`${UNIT_NAME} ${isUp ? 'runs' : 'is starting'}, and starts with the machine.\nFollow it with: journalctl -u muster-miner -f`);
}

export async function serviceUninstallCommand(): Promise<void> {
  await createSystemd().uninstall(UNIT_NAME);
  print(
    `${UNIT_NAME} is stopped and gone; keys and state stay. Containers run on until their master stops them: \`muster-miner leave\` ends the node's part first.`,
  );
}

export async function serviceStatusCommand(): Promise<void> {
  print(await createSystemd().status(UNIT_NAME));
}

async function unitOptions({ values, file }: AgentSettings, user: string | null): Promise<UnitOptions> {
  const main = await realpath(process.argv[1] ?? '');
  return {
    program: join(dirname(main), '..', 'bin', 'muster-miner'),
    nodeDirectory: dirname(process.execPath),
    configFile: resolve(file.path),
    dataDir: resolve(values.MUSTER_DATA_DIR),
    user,
  };
}

/** Where the data is, the unit says itself. */
const IN_THE_UNIT: ReadonlySet<string> = new Set(['MUSTER_DATA_DIR', 'MUSTER_LOG_FORMAT']);

function requireInFile({ file, sources }: AgentSettings): void {
  const path = resolve(file.path);
  if (!file.exists || sources.get('MUSTER_RUN_ID')?.kind === 'default')
    throw new AppError('CONFIG_INVALID', {
      publicMessage: `The service reads its settings from ${path}, and runId is not there`,
      hint: 'Write the file with `muster-miner setup`, or by hand: runId: 1',
    });
  const elsewhere = [...sources].filter(([name, { kind }]) => (kind === 'flag' || kind === 'variable') && !IN_THE_UNIT.has(name));
  if (elsewhere.length === 0) return;
  throw new AppError('CONFIG_INVALID', {
    publicMessage: `The service reads its settings from ${path} alone, and would not have: ${elsewhere.map(([name]) => name).join(', ')}`,
    hint: 'Write them into the file (`muster-miner config list` has their names there), or take them out of this command and its environment.',
  });
}

const PATHS = ['MUSTER_NODE_KEY_FILE', 'MUSTER_PROVIDER_KEY_FILE', 'MUSTER_POLICY_FILE'] as const satisfies (keyof Env)[];
/** A service has one of its own. */
const OWN_TMP = /^\/(var\/)?tmp(\/|$)/;

function requireWithinReach({ values }: AgentSettings, { program, nodeDirectory, configFile, dataDir }: UnitOptions): void {
  const named = PATHS.flatMap((name) => values[name] ?? []);
  const relative = named.find((path) => !isAbsolute(path));
  if (relative !== undefined)
    throw new AppError('CONFIG_INVALID', {
      publicMessage: `${relative} is a path from where you are, and a service is nowhere`,
      hint: `Name the whole path in ${configFile}, such as ${resolve(relative)}`,
    });
  const temporary = [program, nodeDirectory, configFile, dataDir, ...named].find((path) => OWN_TMP.test(path));
  if (temporary === undefined) return;
  throw new AppError('CONFIG_INVALID', {
    publicMessage: `${temporary} is out of the service's reach: it has a temporary directory of its own`,
    hint: 'Move it to a place that lasts, such as /opt/muster for the program and /var/lib/muster for its data.',
  });
}

/** False when it is neither up nor down yet. Throws UNAVAILABLE with its own words when it does not stay up. */
async function untilItAnswers(systemd: Systemd, dataDir: string): Promise<boolean> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < UP_MS) {
    if (await systemd.isDown(UNIT_NAME))
      throw new AppError('UNAVAILABLE', {
        publicMessage: `${UNIT_NAME} is installed, and does not stay up:\n${whatItSaid(await systemd.lastLines(UNIT_NAME))}`,
        hint: 'Put that right, then: sudo systemctl restart muster-miner',
      });
    if (await connectAgent(dataDir)) return true;
    await systemClock.sleep(LOOK_MS);
  }
  return false;
}
