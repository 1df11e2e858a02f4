import type { settingsSchema } from '../env.ts';
import type { Setting } from './list-settings.ts';
import type { Settings, Source } from './merge-settings.ts';

/** One line of `config show`. */
export interface EffectiveSetting {
  name: string;
  /** As text; null when unset. */
  value: string | null;
  source: string;
}

export function effectiveSettings(settings: readonly Setting[], { values, sources }: Settings<typeof settingsSchema>): EffectiveSetting[] {
  const all: Readonly<Record<string, unknown>> = values;
  return settings.map((setting) => ({
    name: setting.fileKey,
    value: shown(setting, all[setting.variable]),
    source: sourceText(setting, sources.get(setting.variable)),
  }));
}

function shown({ notes }: Setting, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (notes.secret === 'key') return '(hidden)';
  if (notes.secret === 'url') return withoutAccessKey(String(value));
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Providers of RPCs put the key into the user, the path or the query. */
function withoutAccessKey(text: string): string {
  if (!URL.canParse(text)) return '(hidden)';
  const { protocol, host, pathname, search, username } = new URL(text);
  return `${protocol}//${host}${pathname.length > 1 || search !== '' || username !== '' ? '/(hidden)' : ''}`;
}

function sourceText({ flag, variable }: Setting, source: Source = { kind: 'default' }): string {
  if (source.kind === 'flag') return flag;
  if (source.kind === 'variable') return variable;
  return source.kind === 'file' ? `${source.path}:${source.line}` : 'default';
}

/** The table of README.md, which a test holds against the schema. */
export function settingsMarkdown(settings: readonly Setting[]): string {
  const rows = settings.map(({ variable, fileKey, flag, notes, defaultValue }) => {
    const value = notes.defaultText ?? (defaultValue === undefined ? '' : `\`${defaultValue === false ? '0' : String(defaultValue)}\``);
    const names = notes.secret === 'key' ? '' : `\`${fileKey}\` · \`${flag}\``;
    return `| \`${variable}\` | ${names} | ${value} | ${notes.about} |`;
  });
  return ['| variable | in the file · as a flag | default | |', '|---|---|---|---|', ...rows].join('\n');
}

export function settingsHelp(settings: readonly Setting[]): string {
  return settings
    .filter(({ notes }) => notes.secret !== 'key')
    .map(({ flag, notes }) => `  ${flag.padEnd(28)} ${notes.about.replaceAll('`', '')}`)
    .join('\n');
}
