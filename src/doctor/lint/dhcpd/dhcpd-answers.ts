import type { LintClient } from '../client-answers.ts';
import { holds, type OptionNames } from './dhcpd-condition.ts';
import { everyStatement } from '../block-syntax.ts';
import type { DhcpdStatement } from './dhcpd-syntax.ts';

/** What a client is told, with the statements that say so. */
export interface DhcpdAnswer {
  readonly file: string | undefined;
  readonly at: DhcpdStatement | undefined;
  readonly nextServer: string | undefined;
}

/** What can be told of a configuration for one client. */
export interface DhcpdReading {
  readonly answers: readonly DhcpdAnswer[];
  /** conditions and statements that decide something and that nobody here can tell */
  readonly unknown: readonly DhcpdStatement[];
}

/** Names that `option NAME code N = …` gives to options. */
export function optionNames(statements: readonly DhcpdStatement[]): OptionNames {
  const names = new Map<string, number>();
  for (const { words } of statements)
    if (words[0] === 'option' && words[2] === 'code') names.set(words[1] ?? '', Number(words[3]));
  return names;
}

interface Env {
  file?: string | undefined;
  at?: DhcpdStatement | undefined;
  nextServer?: string | undefined;
}

/** What a client is told in each network of the configuration, the most specific statement last (dhcpd.conf(5)). */
export function readFor(statements: readonly DhcpdStatement[], client: LintClient): DhcpdReading {
  const names = optionNames(statements);
  const unknown: DhcpdStatement[] = [];
  const answers: DhcpdAnswer[] = [];
  // classes speak for their members wherever they and these are; a network's own statements come before them
  const classes = everyStatement(statements).filter(
    ({ words, block }) => words[0] === 'class' && block !== undefined,
  );

  const finish = (env: Env): void => {
    for (const one of classes) {
      const match = one.block?.find(({ words }) => words[0] === 'match');
      const isMember = match?.words[1] === 'if' ? holds(match.words.slice(2), client, names) : undefined;
      const decides = (one.block ?? []).some((inner) => saysFile(inner));
      if (isMember === undefined && decides) unknown.push(match ?? one);
      if (isMember === true) run(one.block ?? [], env, false);
    }
    answers.push({ file: env.file, at: env.at, nextServer: env.nextServer });
  };

  const run = (list: readonly DhcpdStatement[], env: Env, isNetwork: boolean): void => {
    let isDone = false;
    const networks: (readonly DhcpdStatement[])[] = [];
    for (const statement of list) {
      const { words, block } = statement;
      const [first] = words;
      if (first === 'if' || first === 'elsif' || first === 'else') {
        if (first === 'if') isDone = false;
        // `else if` is a chain like `elsif`
        const condition = words.slice(first === 'else' ? 2 : 1);
        const isTrue = condition.length === 0 ? true : holds(condition, client, names);
        if (isDone) continue;
        if (isTrue === undefined) {
          if ((block ?? []).some(saysFile)) unknown.push(statement);
          continue;
        }
        if (isTrue) {
          isDone = true;
          run(block ?? [], env, false);
        }
        continue;
      }
      if (namesFile(statement)) {
        const file = fileOf(statement);
        if (file === undefined) unknown.push(statement);
        Object.assign(env, { file, at: statement });
      } else if (first === 'next-server') env.nextServer = valueOf(words, 1);
      else if (first === 'server-name') env.nextServer ??= valueOf(words, 1);
      else if (first === 'option' && words[1] === 'tftp-server-name') env.nextServer ??= valueOf(words, 2);
      else if (/^(?:switch|subclass)$/.test(first ?? '') && block?.some(saysFile)) unknown.push(statement);
      else if (first === 'pool') run(block ?? [], env, false);
      else if (isNetwork && holdsNetwork(statement)) networks.push(block ?? []);
    }
    if (!isNetwork) return;
    // a network inside a shared one or a group is a network of its own, and what a group says is for what is in it
    for (const inner of networks) run(inner, { ...env }, true);
    if (networks.length === 0) finish(env);
  };

  run(statements, {}, true);
  return { answers, unknown };
}

/** A network, or a group of some; a group of hosts alone speaks for no network. */
export function holdsNetwork({ words: [first], block = [] }: DhcpdStatement): boolean {
  return /^(?:subnet|shared-network)$/.test(first ?? '') || (first === 'group' && block.some(holdsNetwork));
}

/** Whether a statement, or one inside it, names a boot file. */
export function saysFile(statement: DhcpdStatement): boolean {
  return namesFile(statement) || (statement.block ?? []).some(saysFile);
}

function namesFile({ words }: DhcpdStatement): boolean {
  return words[0] === 'filename' || (words[0] === 'option' && words[1] === 'bootfile-name');
}

/** The boot file that a statement names; undefined for one that dhcpd puts together as it answers. */
export function fileOf({ words }: DhcpdStatement): string | undefined {
  const value = valueOf(words, words[0] === 'filename' ? 1 : 2);
  const isText = value?.startsWith('"') === true && words.at(-1) === value;
  return isText ? value.slice(1, -1) : undefined;
}

/** What stands behind a name; `name = value` says the same as `name value`. */
function valueOf(words: readonly string[], at: number): string | undefined {
  return words[at] === '=' ? words[at + 1] : words[at];
}
