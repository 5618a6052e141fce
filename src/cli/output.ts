import picocolors from 'picocolors';
import { safeJson, safeOutput } from '../model/printable.ts';

export interface OutputOptions {
  readonly isQuiet: boolean;
  readonly isVerbose: boolean;
  /** false: never colour, true: always, undefined: when the stream is a terminal and NO_COLOR is not set */
  readonly hasColor?: boolean;
}

/**
 * stdout is data, stderr is progress and errors. Nothing else in pxectl writes to them, and nothing that somebody else made up
 * reaches a terminal unchecked.
 */
export class Output {
  readonly isTerminal = process.stderr.isTTY;
  readonly colors: ReturnType<typeof picocolors.createColors>;
  /** asks where lines are no place for a question: in a view */
  readonly asks: ((what: string) => Promise<boolean>) | undefined;
  #hasStatusLine = false;

  constructor(readonly options: OutputOptions) {
    const wanted = options.hasColor ?? (process.env['NO_COLOR'] ? false : undefined);
    this.colors = picocolors.createColors(wanted ?? (process.stderr.isTTY && process.stdout.isTTY));
  }

  /** One line of data. */
  data(line: string): void {
    this.#write(process.stdout, line);
  }

  /** One JSON object, indented for people unless `isLine` (JSON Lines). */
  json(value: unknown, isLine = false): void {
    this.#write(process.stdout, safeJson(value, isLine ? undefined : 2));
  }

  /** What is going on; silent with --quiet. */
  progress(line: string): void {
    if (this.options.isQuiet) return;
    this.#write(process.stderr, line);
  }

  /** As `progress`, only with --verbose. */
  verbose(line: string): void {
    if (this.options.isVerbose) this.progress(this.colors.dim(line));
  }

  /** A line that is overwritten by the next one; only on a terminal. */
  status(line: string): void {
    if (this.options.isQuiet || !this.isTerminal) return;
    const width = Math.max(20, (process.stderr.columns || 80) - 1);
    process.stderr.write(`\r\u001b[2K${safeOutput(line.slice(0, width), false)}`);
    this.#hasStatusLine = true;
  }

  /** Always shown. */
  warn(line: string): void {
    this.#write(process.stderr, `${this.colors.yellow('warning')}: ${line}`);
  }

  /** Always shown, as it is. */
  error(text: string): void {
    this.#write(process.stderr, text);
  }

  /** Leaves nothing half-written behind: the shell's next line begins at the left. */
  settle(): void {
    this.#clearStatusLine();
  }

  #write(stream: NodeJS.WriteStream, text: string): void {
    this.#clearStatusLine();
    stream.write(`${safeOutput(text, this.colors.isColorSupported)}\n`);
  }

  #clearStatusLine(): void {
    if (!this.#hasStatusLine) return;
    process.stderr.write('\r\u001b[2K');
    this.#hasStatusLine = false;
  }
}
