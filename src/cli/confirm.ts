import { createInterface, type Interface } from 'node:readline/promises';
import { usageError } from '../model/errors.ts';
import { Interrupted } from './cli.ts';
import type { Output } from './output.ts';

export interface Confirmation {
  readonly output: Pick<Output, 'isTerminal' | 'progress'> & Partial<Pick<Output, 'asks'>>;
  readonly signal: AbortSignal;
  /** --yes was given */
  readonly isYes: boolean;
  readonly isJson: boolean;
  /** what will happen, as a sentence without a stop: `the disk of node-1 is wiped at its next network boot` */
  readonly what: string;
}

/**
 * Before what cannot be undone: asks on a terminal, and elsewhere needs --yes.
 * @throws PxectlError E_USAGE when nobody can be asked
 * @throws Interrupted when the answer is no, at ^C and at the end of the input
 */
export async function confirm({ output, signal, isYes, isJson, what }: Confirmation): Promise<void> {
  if (isYes) return;
  if (output.asks !== undefined) {
    if (await output.asks(what)) return;
    throw new Interrupted('the answer was no');
  }
  if (isJson || !canAsk(output)) {
    throw usageError({
      what: `nothing is done: ${what}`,
      why: 'it asks before that, and there is nobody to ask here',
      next: `if that is what you want: ${thisCommand()} --yes`,
    });
  }
  const terminal = openTerminal();
  try {
    const answer = (await ask(terminal, `${what}. Go on? [y/N] `, signal)).trim().toLowerCase();
    if (answer === 'y' || answer === 'yes') return;
    output.progress('nothing is done');
    throw new Interrupted('the answer was no');
  } finally {
    terminal.close();
  }
}

/** The command as it was typed, so that it can be repeated. */
function thisCommand(): string {
  const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
  const words = process.argv.slice(2).map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word)));
  return ['pxectl', ...words].join(' ');
}

/** Whether somebody sits at both ends: who reads the question can type the answer. */
export function canAsk(output: Pick<Output, 'isTerminal'>): boolean {
  return process.stdin.isTTY && output.isTerminal;
}

/** Questions go to stderr: stdout is data. */
export function openTerminal(): Interface {
  return createInterface({ input: process.stdin, output: process.stderr });
}

/** @throws Interrupted at ^C and at the end of the input */
export async function ask(terminal: Interface, question: string, signal: AbortSignal): Promise<string> {
  try {
    return await terminal.question(question, { signal });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    process.stderr.write('\n');
    throw new Interrupted('no answer', { cause: error });
  }
}
