import type { Command } from 'commander';

/** Shells that a completion script can be had for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** Words that can follow a command: its sub-commands and long options. */
interface CommandWords {
  /** `pxectl` is '', `pxectl lab run` is 'lab run' */
  readonly path: string;
  readonly words: readonly string[];
}

/** A completion script for commands and options, made from the command tree itself. */
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
  const visible = command.createHelp().visibleCommands(command);
  const options = command.options.flatMap((option) => (option.long ? [option.long] : []));
  yield { path, words: [...visible.map((sub) => sub.name()), ...options] };
  for (const sub of command.commands) yield* walk(sub, path === '' ? sub.name() : `${path} ${sub.name()}`);
}

function bashScript(table: readonly CommandWords[]): string {
  const cases = table.map(({ path, words }) => `    '${path}') words='${words.join(' ')}' ;;`);
  return `_pxectl() {
  local path= word words= known i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    [[ $word == -* ]] && continue
    known=" ${table.map(({ path }) => path.replaceAll(' ', '_')).join(' ')} "
    [[ $known == *" \${path:+\${path// /_}_}$word "* ]] && path="\${path:+$path }$word"
  done
  case $path in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  [[ \${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _pxectl pxectl`;
}

function fishScript(table: readonly CommandWords[]): string {
  const lines = table.flatMap(({ path, words }) => {
    const condition =
      path === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${path.split(' ').at(-1) ?? ''}`;
    return words.map((word) =>
      word.startsWith('--')
        ? `complete -c pxectl -n '${condition}' -l ${word.slice(2)}`
        : `complete -c pxectl -n '${condition}' -f -a ${word}`,
    );
  });
  return lines.join('\n');
}
