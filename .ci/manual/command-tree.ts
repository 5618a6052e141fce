import type { EventEmitter } from 'node:events';
import type { Command } from 'commander';

/** A word of a command line and what it means, as help shows both. */
export interface Term {
  readonly term: string;
  readonly text: string;
}

/** What `--help` of one command says, in parts. */
export interface DescribedCommand {
  /** `pxectl machines add` */
  readonly words: string;
  readonly usage: string;
  readonly description: string;
  readonly arguments: readonly Term[];
  readonly options: readonly Term[];
  /** what stands behind the options: prose, one text a paragraph */
  readonly remarks: readonly string[];
  /** command lines, with a remark behind two blanks or none */
  readonly examples: readonly string[];
  readonly commands: readonly DescribedCommand[];
}

/** The command tree as its own help tells it, so that no page can say anything else. */
export function describeCommand(command: Command, above = ''): DescribedCommand {
  const help = command.createHelp();
  const words = above === '' ? command.name() : `${above} ${command.name()}`;
  const { remarks, examples } = splitAfterHelp(textAfterHelp(command));
  return {
    words,
    usage: help.commandUsage(command),
    description: help.commandDescription(command),
    arguments: help.visibleArguments(command).map((one) => ({
      term: help.argumentTerm(one),
      text: help.argumentDescription(one),
    })),
    options: help.visibleOptions(command).map((one) => ({
      term: help.optionTerm(one),
      text: help.optionDescription(one),
    })),
    remarks,
    examples,
    // not commander's own `help` of each group
    commands: help
      .visibleCommands(command)
      .filter((sub) => command.commands.includes(sub))
      .map((sub) => describeCommand(sub, words)),
  };
}

/** Commander keeps what `addHelpText('after', …)` adds in a listener alone. */
function textAfterHelp(command: Command): string {
  const texts: string[] = [];
  const write = (text: string): void => void texts.push(text);
  const emitter = command as unknown as EventEmitter;
  emitter.emit('afterHelp', { error: false, command, write });
  return texts.join('\n');
}

function splitAfterHelp(text: string): Pick<DescribedCommand, 'remarks' | 'examples'> {
  const [prose = '', examples = ''] = text.split(/^Examples:$/m);
  const paragraphs = prose.split(/\n\s*\n/).map((one) => one.trim().replaceAll('\n', ' '));
  return {
    remarks: paragraphs.filter((one) => one !== ''),
    examples: examples
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  };
}
