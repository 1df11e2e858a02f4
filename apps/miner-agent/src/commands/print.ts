import { stripControls } from '@muster/runtime/strip-controls';

type Output = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

/** What a command answers goes to standard output; logs do not, so that it can be piped. A terminal would obey what strangers wrote into it. */
export function print(text: string, output: Output = process.stdout): void {
  output.write(`${output.isTTY ? stripControls(text) : text}\n`);
}

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));
