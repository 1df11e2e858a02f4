import { settingsSchema } from '../env.ts';
import { listSettings } from '../settings/list-settings.ts';
import type { AgentSettings } from '../settings/load-settings.ts';
import { effectiveSettings, settingsHelp, settingsMarkdown } from '../settings/render-settings.ts';
import { print, printJson } from './print.ts';

/** What counts, and where it comes from; secrets are hidden. */
export function configShowCommand(settings: AgentSettings, { json = false }: { json?: boolean }): void {
  const lines = effectiveSettings(listSettings(settingsSchema), settings);
  const { path, exists } = settings.file;
  if (json) return printJson({ file: exists ? path : null, settings: lines });
  print(exists ? `Configuration file: ${path}` : `Configuration file: none (${path} would be read)`);
  for (const { name, value, source } of lines)
    print(`${name.padEnd(24)} ${(value ?? '–').padEnd(44)} ${value === null ? '' : source}`.trimEnd());
}

/** Every setting there is, under its three names. */
export function configListCommand({ markdown = false }: { markdown?: boolean }): void {
  const settings = listSettings(settingsSchema);
  print(markdown ? settingsMarkdown(settings) : settingsHelp(settings));
}
