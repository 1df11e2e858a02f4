/** The one name of a setting is its variable; the others follow. MUSTER_RUN_ID → runId in a file. */
export function fileKeyOf(variable: string): string {
  return words(variable)
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
}

/** MUSTER_RUN_ID → --run-id. */
export const flagOf = (variable: string): string => `--${words(variable).join('-')}`;

const words = (variable: string): string[] =>
  variable
    .replace(/^MUSTER_/, '')
    .toLowerCase()
    .split('_');
