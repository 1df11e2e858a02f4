import { didYouMean } from '@muster/protocol/units/did-you-mean';
import type { Command } from 'commander';

/** For a default command without arguments: to it, a word that is no command would only be one too many. */
export function namingUnknownCommands(fallback: Command): Command {
  return fallback.allowExcessArguments().hook('preAction', () => {
    const [word] = fallback.args;
    const { parent } = fallback;
    if (word === undefined || !parent) return;
    const isGiven = parent.args[0] === fallback.name();
    const meant = isGiven
      ? undefined
      : didYouMean(
          word,
          parent.commands.map((command) => command.name()),
        );
    const wrong = isGiven ? `'${fallback.name()}' takes no arguments, and got '${word}'` : `unknown command '${word}'`;
    parent.error(`error: ${wrong}${meant === undefined ? '' : `\n(Did you mean ${meant}?)`}\nmuster-miner --help shows what there is.`);
  });
}
