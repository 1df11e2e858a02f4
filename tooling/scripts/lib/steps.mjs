// Progress on the terminal: one line per step, with its elapsed time and, when it fails, the cause and the fix.

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bold = (text) => paint(1, text);
export const dim = (text) => paint(2, text);
export const green = (text) => paint(32, text);
export const red = (text) => paint(31, text);
export const yellow = (text) => paint(33, text);

/** A failure that a person can act on: printed as two lines, never as a stack trace. */
export class StepError extends Error {
  /** @param {string} message what went wrong  @param {string} fix what to do about it */
  constructor(message, fix) {
    super(message);
    this.name = 'StepError';
    this.fix = fix;
  }
}

export const formatMs = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/**
 * Runs one step and prints it with its elapsed time; `fn` may return a short note for the line.
 * @template T
 * @param {string} title
 * @param {() => Promise<T> | T} fn
 * @returns {Promise<T>}
 */
export async function step(title, fn) {
  const startedAt = performance.now();
  const heartbeat = setInterval(() => console.log(dim(`    … ${title} (${formatMs(performance.now() - startedAt)})`)), 15_000);
  try {
    const result = await fn();
    const note = typeof result === 'string' ? ` ${dim(result)}` : '';
    console.log(`${green('✓')} ${title}${note} ${dim(formatMs(performance.now() - startedAt))}`);
    return result;
  } catch (error) {
    console.log(`${red('✗')} ${title} ${dim(formatMs(performance.now() - startedAt))}`);
    throw error;
  } finally {
    clearInterval(heartbeat);
  }
}

/** Prints a failure for a person and returns the exit code. */
export function reportFailure(error) {
  // The packages' own errors carry a hint, ours a fix: either way nobody needs a stack trace.
  const fix = error?.fix ?? error?.hint;
  if (fix) {
    console.error(`\n${red('error')} ${error.message}\n${bold('fix')}   ${fix}`);
  } else {
    console.error(`\n${red('error')} ${error?.stack ?? error}`);
  }
  return 1;
}
