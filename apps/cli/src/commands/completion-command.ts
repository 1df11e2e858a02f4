import { Argument, type Command } from 'commander';
import { completionScript, SHELLS, type Shell } from '@muster/runtime/completion';
import type { Bind } from '../command.ts';

/** `muster completion`. */
export function addCompletionCommand(program: Command, bind: Bind): void {
  const command = program
    .command('completion')
    .description('prints a script with which a shell completes commands and options')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText('after', HELP);
  bind(command, async (_context, { processedArgs }) => {
    const [shell] = processedArgs as [Shell];
    const script = completionScript(program, shell);
    return { json: { shell, script }, text: script.trimEnd() };
  });
}

const HELP = `
Examples:
  muster completion bash > ~/.local/share/bash-completion/completions/muster
  echo 'source <(muster completion zsh)' >> ~/.zshrc
  muster completion fish > ~/.config/fish/completions/muster.fish`;
