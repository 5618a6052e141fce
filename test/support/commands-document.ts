import { commandReference } from '../../.ci/manual/reference.ts';
import { describeCommand } from '../../.ci/manual/command-tree.ts';
import { buildProgram } from '../../src/cli/main.ts';

export const COMMANDS_DOCUMENT = 'docs/commands.md';

/** The document as the command line is now. */
export const commandsDocument = (): string => commandReference(describeCommand(buildProgram()));
