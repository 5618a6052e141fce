import { expect } from 'vitest';
import { run, runOrThrow } from '../../src/platform/processes.ts';

/** A terminal of tmux with one program in it, in a network namespace. */
export class TmuxTerminal {
  constructor(
    private readonly server: string,
    private readonly namespace: string,
  ) {}

  async open(words: readonly string[], cwd: string, size = { columns: 80, rows: 24 }): Promise<void> {
    await this.#tmux(
      ...['-f', '/dev/null', 'new-session', '-d', '-x', String(size.columns), '-y', String(size.rows)],
      ...['-c', cwd, 'env', 'PXECTL_CONFIG=', 'TERM=screen', 'PS1=shell> ', 'bash', '--norc', '--noprofile'],
    );
    await this.type(words.join(' '), 'Enter');
  }

  /** Keys by their names in tmux. */
  async type(...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** The screen as text. */
  async picture(): Promise<string> {
    return (await this.#tmux('capture-pane', '-p')).stdout;
  }

  /** Waits until the screen shows it. */
  async shows(what: RegExp): Promise<string> {
    await expect.poll(() => this.picture(), { timeout: 60_000, interval: 50 }).toMatch(what);
    return this.picture();
  }

  async close(): Promise<void> {
    await run('tmux', ['-L', this.server, 'kill-server']);
  }

  #tmux(...args: readonly string[]) {
    return runOrThrow('ip', ['netns', 'exec', this.namespace, 'tmux', '-L', this.server, ...args]);
  }
}
