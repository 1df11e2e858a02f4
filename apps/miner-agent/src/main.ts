import { createTerminal } from './commands/terminal.ts';
import { createProgram } from './program.ts';

const { env } = process;
await createProgram({ env, terminal: createTerminal({ ci: env['CI'] }) }).parseAsync();
