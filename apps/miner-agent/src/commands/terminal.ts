import { createInterface, type Interface } from 'node:readline';
import { AppError } from '@muster/protocol/errors/app-error';

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
  /** One for all questions: what was typed ahead is the answer to the next. */
  let reader: { lines: Interface; take(): Promise<string> } | undefined;

  /** On standard error, so that what a command answers can be piped. */
  async function ask(question: string, defaultAnswer = ''): Promise<string> {
    reader ??= createReader();
    reader.lines.setPrompt(`${question}${defaultAnswer === '' ? '' : ` [${defaultAnswer}]`} `);
    reader.lines.prompt();
    const answer = await reader.take();
    // Lets the process end, should this have been the last.
    reader.lines.pause();
    return answer.trim() || defaultAnswer;
  }

  return { isInteractive, ask, confirm: async (question) => /^y(es)?$/i.test(await ask(`${question} (y/N)`)) };
}

function createReader() {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const typed: string[] = [];
  let waiting: { resolve(line: string): void; reject(error: Error): void } | undefined;
  let ended = false;
  lines.on('line', (line) => {
    if (waiting) waiting.resolve(line);
    else typed.push(line);
    waiting = undefined;
  });
  // Ctrl-C and Ctrl-D: a question must not stay open for ever.
  lines.on('close', () => {
    ended = true;
    waiting?.reject(noAnswer());
  });
  return {
    lines,
    take: () =>
      new Promise<string>((resolve, reject) => {
        const line = typed.shift();
        if (line !== undefined) resolve(line);
        else if (ended) reject(noAnswer());
        else waiting = { resolve, reject };
      }),
  };
}

const noAnswer = () =>
  new AppError('BAD_INPUT', {
    publicMessage: 'The question was left without an answer',
    hint: 'Nothing was changed; run the command again.',
  });
