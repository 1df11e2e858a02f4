import { createInterface } from 'node:readline/promises';

/** A person at the other end, or none: then nothing is ever asked. */
export interface Terminal {
  isInteractive: boolean;
  /** The answer; the default for an empty one. */
  ask(question: string, defaultAnswer?: string): Promise<string>;
  confirm(question: string): Promise<boolean>;
}

/** `ci` is the variable that every build service sets. */
export function createTerminal({ ci }: { ci: string | undefined }): Terminal {
  const isInteractive = process.stdin.isTTY && process.stderr.isTTY && !ci;

  /** On standard error, so that what a command answers can be piped. */
  async function ask(question: string, defaultAnswer = ''): Promise<string> {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    // The end of input (Ctrl-D) would otherwise leave the question pending for ever.
    const ended = new Promise<never>((_, reject) => lines.once('close', () => reject(new Error('the answers ended before the questions'))));
    try {
      const answer = await Promise.race([lines.question(`${question}${defaultAnswer === '' ? '' : ` [${defaultAnswer}]`} `), ended]);
      return answer.trim() || defaultAnswer;
    } finally {
      ended.catch(() => undefined);
      lines.close();
    }
  }

  return { isInteractive, ask, confirm: async (question) => /^y(es)?$/i.test(await ask(`${question} (y/N)`)) };
}
