import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { usageError } from '../../model/errors.ts';
import { ask } from '../confirm.ts';

const TRIES = 3;

/**
 * Asks twice on the terminal, and shows nothing of what is typed; undefined when nothing was.
 * @throws Interrupted at ^C and at the end of the input
 * @throws PxectlError E_USAGE when it was never the same twice
 */
export async function askPassword(user: string, signal: AbortSignal): Promise<string | undefined> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => void done() });
  for (let turn = 0; turn < TRIES; turn++) {
    const first = await askSilently(`password of ${user} (Enter: none, SSH keys alone): `);
    if (first === '') return undefined;
    if ((await askSilently('the same again: ')) === first) return first;
    process.stderr.write('these are two different ones\n');
  }
  throw usageError({
    what: 'no seed is written: the password was never the same twice',
    next: 'the same command again, or --password-file FILE',
  });

  async function askSilently(question: string): Promise<string> {
    process.stderr.write(question);
    const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
    try {
      return await ask(terminal, '', signal);
    } finally {
      terminal.close();
      process.stderr.write('\n');
    }
  }
}
