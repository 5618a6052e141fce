import { emitKeypressEvents } from 'node:readline';
import { createLogUpdate } from 'log-update';
import { safeOutput } from '../../model/printable.ts';
import type { Size } from './frame.ts';
import type { Key } from './live-screen.ts';
import { isInForeground } from './terminal-wanted.ts';

/** xterm: a screen of its own, so that what was there before comes back; and no cursor on it. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[H\u001b[2J';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const CLEAR = '\u001b[H\u001b[2J';

export interface TerminalOptions {
  readonly hasColor: boolean;
  readonly onKey: (key: Key) => void;
  /** it has another size, or somebody came back to it: everything is drawn anew */
  readonly onRedraw: () => void;
}

/** The terminal while a view is on it. However the process ends, it is left as it was. */
export class LiveTerminal {
  readonly #draw = createLogUpdate(process.stdout, { showCursor: true });
  #isOpen = false;
  #isPaused = false;

  constructor(private readonly options: TerminalOptions) {}

  /** The library ends each frame with a line end: one line stays empty. */
  get size(): Size {
    const { columns = 80, rows = 24 } = process.stdout;
    return { columns, rows: Math.max(1, rows - 1) };
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    emitKeypressEvents(process.stdin);
    process.stdin.setRawMode(true);
    process.stdin.on('keypress', this.#onKeypress);
    // a terminal that is gone tells so by an error
    process.stdin.on('error', ignore);
    process.stdin.resume();
    process.stdout.on('resize', this.redraw);
    process.on('exit', this.#restore);
    process.stdout.write(ENTER);
  }

  draw(lines: readonly string[]): void {
    if (this.#isOpen) this.#draw(safeOutput(lines.join('\n'), this.options.hasColor));
  }

  redraw = (): void => {
    if (!this.#isOpen) return;
    process.stdout.write(CLEAR);
    this.#draw.done();
    this.options.onRedraw();
  };

  /** Gives the terminal back; idempotent. */
  close(): void {
    this.#isPaused = false;
    if (!this.#isOpen) return;
    this.#restore();
    this.#isOpen = false;
    this.#draw.done();
    process.stdin.off('keypress', this.#onKeypress);
    process.stdin.pause();
    process.stdout.off('resize', this.redraw);
    process.off('exit', this.#restore);
  }

  /** Stops until the shell's `fg`, as ^Z does elsewhere. */
  suspend(): void {
    this.close();
    this.#isPaused = true;
    process.once('SIGCONT', this.resume);
    process.kill(process.pid, 'SIGTSTP');
  }

  /** Takes the terminal back after `fg`; after `bg` it belongs to somebody else. */
  resume = (): void => {
    if (!this.#isPaused || !isInForeground()) return;
    this.#isPaused = false;
    this.open();
    this.redraw();
  };

  #onKeypress = (typed: string | undefined, key: Key): void => {
    this.options.onKey({ ...key, sequence: typed ?? key.sequence });
  };

  #restore = (): void => {
    if (!this.#isOpen) return;
    try {
      process.stdin.setRawMode(false);
      process.stdout.write(LEAVE);
    } catch {
      // it is gone, and nobody sees it any more
    }
  };
}

const ignore = (): void => undefined;
