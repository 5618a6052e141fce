import { ask, openTerminal } from '../confirm.ts';

/** Asks on the terminal which interface to serve on; an empty answer takes the proposed one. */
export async function askForInterface(
  names: readonly string[],
  proposed: string,
  signal: AbortSignal,
): Promise<string> {
  const terminal = openTerminal();
  try {
    for (;;) {
      const question = `Which interface are the machines on? ${names.join(', ')} [${proposed}] `;
      const answer = (await ask(terminal, question, signal)).trim();
      if (answer === '') return proposed;
      if (names.includes(answer)) return answer;
    }
  } finally {
    terminal.close();
  }
}
