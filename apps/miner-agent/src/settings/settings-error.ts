/** One thing that is wrong with the settings. A value is never repeated: it may be a secret. */
export interface SettingProblem {
  /** Where the operator finds it: `config.yaml:3: runId`, `MUSTER_RUN_ID` or `--run-id`. */
  where: string;
  expected: string;
  /** A line that would do in the same place. */
  example?: string | undefined;
}

/** Settings cannot be used; the program ends with 2. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  constructor(readonly problems: readonly SettingProblem[]) {
    super(problems.map(describe).join('\n'));
  }
}

const describe = ({ where, expected, example }: SettingProblem): string =>
  `${where}: ${expected}${example === undefined ? '' : `. Example: ${example}`}`;
