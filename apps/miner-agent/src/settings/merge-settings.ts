import type { output, ZodObject } from 'zod';
import { listSettings, waysToSet, type Setting } from './list-settings.ts';
import type { ConfigFile } from './parse-config-file.ts';
import { SettingsError, type SettingProblem } from './settings-error.ts';

type Texts = Readonly<Record<string, string | undefined>>;

export interface SettingsInput {
  /** By variable, as are all of them. */
  flags?: Texts;
  env: Texts;
  file?: ConfigFile | null;
}

export type Source = { kind: 'flag' } | { kind: 'variable' } | { kind: 'file'; path: string; line: number } | { kind: 'default' };

export interface Settings<S extends ZodObject> {
  values: output<S>;
  sources: ReadonlyMap<string, Source>;
}

/** Flags win over variables, variables over the file; an empty one counts as unset. Throws SettingsError with all that is wrong. */
export function mergeSettings<S extends ZodObject>(schema: S, { flags = {}, env, file = null }: SettingsInput): Settings<S> {
  const settings = listSettings(schema);
  const sources = new Map<string, Source>();
  const texts: Record<string, string> = {};
  for (const { variable } of settings) {
    const found = pick(variable, { flags, env, file });
    sources.set(variable, found?.source ?? { kind: 'default' });
    if (found) texts[variable] = found.text;
  }
  const parsed = schema.safeParse(texts);
  const bad = parsed.success ? [] : parsed.error.issues.map(({ path: [name], message }) => problemOf({ settings, sources, name, message }));
  const problems = [...(file?.problems ?? []), ...bad];
  if (parsed.success && problems.length === 0) return { values: parsed.data, sources };
  throw new SettingsError(problems);
}

function pick(variable: string, { flags, env, file }: Required<SettingsInput>): { text: string; source: Source } | null {
  const flag = flags[variable];
  if (flag) return { text: flag, source: { kind: 'flag' } };
  const value = env[variable];
  if (value) return { text: value, source: { kind: 'variable' } };
  const entry = file?.entries.get(variable);
  return file && entry ? { text: entry.text, source: { kind: 'file', path: file.path, line: entry.line } } : null;
}

interface Issue {
  settings: readonly Setting[];
  sources: ReadonlyMap<string, Source>;
  name: PropertyKey | undefined;
  message: string;
}

function problemOf({ settings, sources, name, message }: Issue): SettingProblem {
  const setting = settings.find(({ variable }) => variable === name);
  if (!setting) return { where: String(name ?? 'settings'), expected: message };
  const { variable, flag, fileKey, notes } = setting;
  const source = sources.get(variable) ?? { kind: 'default' };
  const example = (line: string) => (notes.example === undefined ? undefined : line);
  switch (source.kind) {
    case 'flag':
      return { where: flag, expected: message, example: example(`${flag} ${notes.example}`) };
    case 'file':
      return { where: `${source.path}:${source.line}: ${fileKey}`, expected: message, example: example(`${fileKey}: ${notes.example}`) };
    case 'variable':
      return { where: variable, expected: message, example: example(`${variable}=${notes.example}`) };
    case 'default':
      return { where: variable, expected: `is required (${message})`, example: example(waysToSet(setting)) };
  }
}
