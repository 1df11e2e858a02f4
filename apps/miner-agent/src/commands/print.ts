/** What a command answers goes to standard output; logs do not, so that it can be piped. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));
