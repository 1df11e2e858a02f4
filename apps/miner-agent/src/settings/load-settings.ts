import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { settingsSchema } from '../env.ts';
import { listSettings } from './list-settings.ts';
import { mergeSettings, type Settings } from './merge-settings.ts';
import { parseConfigFile, type ConfigFile } from './parse-config-file.ts';
import { SettingsError } from './settings-error.ts';

export type AgentSettings = Settings<typeof settingsSchema> & {
  /** The configuration file: read, or where one would be. */
  file: { path: string; exists: boolean };
};

type Texts = Readonly<Record<string, string | undefined>>;

export interface CommandLine {
  /** By variable. */
  flags: Texts;
  /** `--config FILE`. */
  configFile: string | undefined;
}

/** Flags, environment, file and defaults as one. Throws SettingsError. */
export async function loadSettings({ flags, configFile }: CommandLine, env: Texts): Promise<AgentSettings> {
  const named = configFile || env['MUSTER_CONFIG'];
  // Where the data lives is needed to find the file, so a file cannot move itself; everything else in it counts.
  const dataDir = flags['MUSTER_DATA_DIR'] || env['MUSTER_DATA_DIR'] || settingsSchema.shape.MUSTER_DATA_DIR.parse(undefined);
  const path = named || join(dataDir, 'config.yaml');
  const file = await readConfigFile(path, named ? (configFile ? '--config' : 'MUSTER_CONFIG') : null);
  return { ...mergeSettings(settingsSchema, { flags, env, file }), file: { path, exists: file !== null } };
}

/** Null when nobody named it and it is not there. */
async function readConfigFile(path: string, namedBy: string | null): Promise<ConfigFile | null> {
  try {
    return parseConfigFile(await readFile(path, 'utf8'), { path, settings: listSettings(settingsSchema) });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === undefined) throw error;
    // A data directory that is none is told as such, by whoever needs it.
    if ((code === 'ENOENT' || code === 'ENOTDIR') && namedBy === null) return null;
    throw new SettingsError([
      {
        where: namedBy === null ? path : `${namedBy}: ${path}`,
        expected: code === 'ENOENT' ? 'there is no such file' : `cannot be read (${String(code)})`,
      },
    ]);
  }
}
