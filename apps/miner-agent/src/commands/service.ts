import { access, chown, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '@muster/protocol/errors/app-error';
import { ensureDirectory } from '@muster/runtime/ensure-directory';
import { createSystemd } from '../adapters/host/systemd.ts';
import { runTool } from '../adapters/host/run-tool.ts';
import type { AgentSettings } from '../settings/load-settings.ts';
import { renderUnit, UNIT_NAME, type UnitOptions } from '../service/unit.ts';
import { print } from './print.ts';

export interface ServiceOptions {
  print?: boolean;
  user?: string;
}

/** The settings must be in the file: a service has no flags of yours, and no environment. */
export async function serviceInstallCommand(settings: AgentSettings, { print: onlyPrint = false, user }: ServiceOptions): Promise<void> {
  const options = await unitOptions(settings, user ?? null);
  const unit = renderUnit(options);
  if (onlyPrint) return print(unit.trimEnd());
  requireInFile(settings);
  const systemd = createSystemd();
  await ensureDirectory(options.dataDir);
  if (user !== undefined) {
    await systemd.ensureUser(user, options.dataDir);
    await giveTo(user, options.dataDir);
  }
  await systemd.install(UNIT_NAME, unit);
  print(`${UNIT_NAME} runs, and starts with the machine.\nFollow it with: journalctl -u muster-miner -f`);
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
  const program = join(dirname(main), '..', 'bin', 'muster-miner');
  return { program, nodeDirectory: dirname(process.execPath), configFile: file.path, dataDir: values.MUSTER_DATA_DIR, user };
}

function requireInFile({ file, sources }: AgentSettings): void {
  if (file.exists && sources.get('MUSTER_RUN_ID')?.kind === 'file') return;
  throw new AppError('CONFIG_INVALID', {
    publicMessage: `The service reads its settings from ${file.path}, and runId is not there`,
    hint: 'Write the file with `muster-miner setup`, or by hand: runId: 1',
  });
}

/** Keys are the owner's alone, so the service's user must own them. */
async function giveTo(user: string, dataDir: string): Promise<void> {
  const [uid, gid] = (await Promise.all(['-u', '-g'].map((flag) => runTool('id', [flag, user])))).map(({ stdout }) =>
    Number(stdout.trim()),
  );
  if (uid === undefined || gid === undefined || !Number.isInteger(uid) || !Number.isInteger(gid)) return;
  await chown(dataDir, uid, gid);
  for (const name of ['config.yaml', 'node.key', 'provider.key', 'policy.yaml', 'encryption.key'])
    await access(join(dataDir, name)).then(
      () => chown(join(dataDir, name), uid, gid),
      () => undefined,
    );
}
