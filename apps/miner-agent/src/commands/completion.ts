import type { Command } from 'commander';
import { completionScript, type Shell } from '@muster/runtime/completion';

/** Every setting is a flag of every command, so there is much to complete. */
export const completionCommand = (program: Command, shell: Shell): void => void process.stdout.write(completionScript(program, shell));
