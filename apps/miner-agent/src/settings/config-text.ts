import { stringify } from 'yaml';

const HEADER = `# Settings of this miner's agent; \`muster-miner config list\` shows all there are.
# Flags and variables win over this file. Keys do not belong here: name the files that hold them.
`;

/** A configuration file with these settings, by their keys in it. */
export function configText(settings: Readonly<Record<string, string>>): string {
  // Quoted where YAML would read something else: an address is no number.
  const lines = Object.entries(settings).map(([key, value]) => `${key}: ${stringify(value).trim()}`);
  return `${HEADER}${lines.join('\n')}\n`;
}
