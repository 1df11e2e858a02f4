/** What of commander's command a completion follows from. */
export interface CommandTree {
  name(): string;
  description(): string;
  readonly commands: readonly CommandTree[];
  readonly options: readonly {
    long?: string | undefined;
    short?: string | undefined;
    description: string;
    required: boolean;
    hidden: boolean;
  }[];
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

type Flag = { flag: string; about: string; takesValue: boolean };
type Place = { path: string; children: readonly { name: string; about: string }[]; flags: readonly Flag[] };

/** A script with which a shell completes the commands and options of this program; paths where an option takes a value. */
export function completionScript(program: CommandTree, shell: Shell): string {
  const places = placesOf(program, program.name(), flagsOf(program));
  return shell === 'fish' ? fishScript(program.name(), places) : bashScript(program.name(), places, shell);
}

/** Every command with what may follow it; the program's own options may stand anywhere. */
function placesOf(command: CommandTree, path: string, shared: readonly Flag[]): Place[] {
  const own = path.includes(' ') ? flagsOf(command) : [];
  const help = { flag: '--help', about: 'display help for command', takesValue: false };
  const children = command.commands.map((child) => ({ name: child.name(), about: child.description() }));
  const below = command.commands.flatMap((child) => placesOf(child, `${path} ${child.name()}`, shared));
  return [{ path, children, flags: [...own, ...shared, help] }, ...below];
}

const flagsOf = ({ options }: CommandTree): Flag[] =>
  options
    .filter(({ hidden }) => !hidden)
    .flatMap(({ long, short, description, required }) =>
      [long, short].flatMap((flag) => (flag === undefined ? [] : [{ flag, about: description, takesValue: required }])),
    );

/** zsh takes bash's functions, so the two have one script. */
function bashScript(name: string, places: readonly Place[], shell: 'bash' | 'zsh'): string {
  const run = functionName(name);
  const paths = places.slice(1).map(({ path }) => `'${path}'`);
  const values = [...new Set(places.flatMap(({ flags }) => flags.flatMap(({ flag, takesValue }) => (takesValue ? [flag] : []))))];
  const words = ({ children, flags }: Place) => [...children.map((child) => child.name), ...flags.map(({ flag }) => flag)].join(' ');
  return `${shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}${run}() {
  local i path='${name}' words=''
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path \${COMP_WORDS[i]}" in
      ${paths.join('|')}) path="$path \${COMP_WORDS[i]}" ;;
    esac
  done
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
    ${values.join('|')}) return ;;
  esac
  case "$path" in
${places.map((place) => `    '${place.path}') words='${words(place)}' ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F ${run} ${name}
`;
}

function fishScript(name: string, places: readonly Place[]): string {
  const run = functionName(name);
  const lines = places.flatMap(({ path, children, flags }) => {
    const here = `complete -c ${name} -n 'test (${run}_path) = "${path}"'`;
    return [
      ...children.map((child) => `${here} -f -a ${child.name} -d ${quoted(child.about)}`),
      ...flags.map(({ flag, about, takesValue }) => {
        const kind = flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`;
        return `${here} ${kind} ${takesValue ? '-r ' : ''}-d ${quoted(about)}`;
      }),
    ];
  });
  return `function ${run}_path
  set -l path ${name}
  for word in (commandline -opc)[2..]
    if contains -- "$path $word" ${places.map(({ path }) => `'${path}'`).join(' ')}
      set path "$path $word"
    end
  end
  echo $path
end
${lines.join('\n')}
`;
}

const functionName = (name: string): string => `_${name.replaceAll('-', '_')}`;
const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
