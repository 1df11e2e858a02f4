import { didYouMean } from '@muster/protocol/units/did-you-mean';
import { isMap, isScalar, LineCounter, parseDocument, type ParsedNode } from 'yaml';
import type { Setting } from './list-settings.ts';
import type { SettingProblem } from './settings-error.ts';

/** A value as text, and the line on which it stands. */
export interface FileEntry {
  text: string;
  line: number;
}

export interface ConfigFile {
  path: string;
  /** By variable. */
  entries: ReadonlyMap<string, FileEntry>;
  problems: readonly SettingProblem[];
}

/**
 * One flat YAML map of settings. Every scalar is read as text, so that `0x…` stays an address and no number loses digits; the schema
 * takes it from there. Whatever is not understood is a problem, never ignored.
 */
export function parseConfigFile(text: string, { path, settings }: { path: string; settings: readonly Setting[] }): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
  const entries = new Map<string, FileEntry>();
  const problems: SettingProblem[] = document.errors.map(({ pos, message }) => ({
    where: `${path}:${lines.linePos(pos[0]).line}`,
    expected: message,
  }));
  const root = document.contents;
  const isEmpty = root === null || (isScalar(root) && root.value === '');
  if (!isEmpty && !isMap(root)) problems.push({ where: `${path}:1`, expected: 'expected one setting per line', example: 'runId: 1' });
  if (!isMap<ParsedNode, ParsedNode | null>(root)) return { path, entries, problems };

  for (const { key, value } of root.items) {
    const name = isScalar(key) ? String(key.value) : '';
    const line = lines.linePos(key.range[0]).line;
    const where = `${path}:${line}: ${name}`;
    const setting = settings.find(({ fileKey }) => fileKey === name);
    if (!setting) problems.push({ where, expected: unknownSetting(name, settings) });
    else if (setting.notes.secret === 'key') problems.push({ where, ...keyInFile(setting, settings) });
    else if (value !== null && !isScalar(value))
      problems.push({ where, expected: 'expected a single value', example: `${name}: ${setting.notes.example ?? '…'}` });
    else if (value !== null && value.value !== '') entries.set(setting.variable, { text: String(value.value), line });
  }
  return { path, entries, problems };
}

function unknownSetting(name: string, settings: readonly Setting[]): string {
  const byVariable = settings.find(({ variable, flag }) => variable === name || flag === `--${name}`);
  const meant =
    byVariable?.fileKey ??
    didYouMean(
      name,
      settings.map(({ fileKey }) => fileKey),
    );
  return meant === undefined ? 'is no setting; `muster-miner config list` shows all of them' : `is no setting; did you mean \`${meant}\`?`;
}

/** Configuration files are backed up, shown to whoever helps, and committed. */
function keyInFile({ variable, fileKey }: Setting, settings: readonly Setting[]): Pick<SettingProblem, 'expected' | 'example'> {
  const file = settings.find((other) => other.variable === `${variable}_FILE`);
  return {
    expected:
      'a private key does not belong in a configuration file, which is backed up and shown to others: keep it in a file of its own (mode 0600) and name that; treat this key as known to others',
    ...(file ? { example: `${file.fileKey}: ${file.notes.example ?? `/etc/muster/${fileKey}`}` } : {}),
  };
}
