import type { Command, Option } from 'commander';

/** Shells that a completion script can be had for. */
export type Shell = 'bash' | 'zsh' | 'fish';

/** Names that a project has, which the scripts ask `pxectl completion` for. */
export type NameKind = 'machines' | 'profiles' | 'images' | 'available';

/** What arguments and values of options stand for, by the word that the help shows for them. */
const KIND_OF_WORD: Readonly<Record<string, NameKind>> = {
  machines: 'machines',
  machine: 'machines',
  words: 'machines',
  names: 'machines',
  name: 'machines',
  profile: 'profiles',
  images: 'images',
  image: 'images',
};

/** A word that can stand at some place, and what it does. */
interface Word {
  readonly text: string;
  readonly description: string;
}

/** What can follow a command. */
interface CommandWords {
  /** `pxectl` is '', `pxectl lab run` is 'lab run' */
  readonly path: string;
  /** sub-commands, and values of the first argument */
  readonly words: readonly Word[];
  /** what names can stand there besides */
  readonly names: NameKind | undefined;
  readonly options: readonly Option[];
}

/** A completion script for commands, options and their values, made from the command tree itself. */
export function completionScript(shell: Shell, program: Command): string {
  const table = [...walk(program, '')];
  switch (shell) {
    case 'bash':
      return bashScript(table);
    case 'zsh':
      return `autoload -U +X bashcompinit && bashcompinit\n${bashScript(table)}`;
    case 'fish':
      return fishScript(table);
  }
}

function* walk(command: Command, path: string): Generator<CommandWords> {
  const subCommands = command.commands.map((sub) => ({ text: sub.name(), description: sub.description() }));
  const [argument] = command.registeredArguments;
  const values = argument?.argChoices ?? [];
  const words = [...subCommands, ...values.map((text) => ({ text, description: '' }))];
  const kind = argument === undefined ? undefined : KIND_OF_WORD[argument.name()];
  // what is fetched or served first need not be in the configuration
  const names = kind === 'images' && (path === 'fetch' || path === 'up') ? 'available' : kind;
  yield { path, words, names, options: command.options };
  for (const sub of command.commands) yield* walk(sub, path === '' ? sub.name() : `${path} ${sub.name()}`);
}

/** What the value of an option stands for; what `--name` gives is not there yet. */
function namesOf({ flags, long }: Option): NameKind | undefined {
  return long === '--name' ? undefined : KIND_OF_WORD[/<(\w+)>/.exec(flags)?.[1] ?? ''];
}

function bashScript(table: readonly CommandWords[]): string {
  const known = table.map(({ path }) => path.replaceAll(' ', '_')).join(' ');
  const cases = table.map(({ path, words, names, options }) => {
    const all = [...words.map(({ text }) => text), ...options.flatMap(({ long }) => long ?? [])];
    return `    '${path}') words='${all.join(' ')}'${names === undefined ? '' : ` names=${names}`} ;;`;
  });
  const values = table.flatMap(({ path, options }) =>
    options.flatMap((option) => {
      const { long, argChoices } = option;
      const names = namesOf(option);
      if (!long || (!argChoices && names === undefined)) return [];
      return [`    '${path} ${long}') words='${argChoices?.join(' ') ?? ''}' names=${names ?? ''} ;;`];
    }),
  );
  // zsh runs this too, and there `path` is a name of its own
  return `_pxectl() {
  local at= word words= names= known i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    [[ $word == -* ]] && continue
    known=" ${known} "
    [[ $known == *" \${at:+\${at// /_}_}$word "* ]] && at="\${at:+$at }$word"
  done
  case $at in
${cases.join('\n')}
  esac
  case "$at \${COMP_WORDS[COMP_CWORD-1]}" in
${values.join('\n')}
  esac
  [[ -z $names || \${COMP_WORDS[COMP_CWORD]} == -* ]] || words="$words $(pxectl completion $names 2>/dev/null)"
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  [[ \${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _pxectl pxectl`;
}

function fishScript(table: readonly CommandWords[]): string {
  const known = table.filter(({ path }) => path !== '').map(({ path }) => fishWord(path));
  const lines = table.flatMap(({ path, words, names, options }) => {
    const start = `complete -c pxectl -n ${fishWord(`__pxectl_at ${fishWord(path)}`)}`;
    return [
      ...words.map(({ text, description }) => `${start} -f -a ${text} -d ${fishWord(description)}`),
      ...(names === undefined ? [] : [`${start} -f -a ${fishNames(names)}`]),
      ...options.flatMap((option) => (option.long ? [`${start} ${fishOption(option)}`] : [])),
    ];
  });
  return `# whether the commands typed so far are these
function __pxectl_at
  set -l at
  for word in (commandline -opc)[2..-1]
    string match -q -- '-*' $word; and continue
    set -l longer (string join ' ' $at $word)
    contains -- $longer ${known.join(' ')}; and set at $longer
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}`;
}

const fishNames = (names: NameKind): string => `'(pxectl completion ${names} 2>/dev/null)'`;

function fishOption(option: Option): string {
  const { long = '', short, description, required, argChoices } = option;
  const names = namesOf(option);
  const choices = names === undefined ? `'${argChoices?.join(' ') ?? ''}'` : fishNames(names);
  const value = argChoices || names !== undefined ? ` -x -a ${choices}` : required ? ' -r' : '';
  return `${short ? `-s ${short.slice(1)} ` : ''}-l ${long.slice(2)}${value} -d ${fishWord(description)}`;
}

/** In single quotes, where fish knows two escapes only. */
const fishWord = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
