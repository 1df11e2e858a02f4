import type { Command } from 'commander';
import type { CommandContext } from './context.ts';

/** What a command says: a document for programs, text for people. */
export interface CommandResult {
  json: unknown;
  text: string;
}

/** A command's work. It returns its result, or null when it has written everything itself. */
export type CommandAction = (context: CommandContext, command: Command) => Promise<CommandResult | null>;

/** Binds an action to a commander command; given by the program, so that commands know nothing of processes. */
export type Bind = (command: Command, action: CommandAction) => void;
