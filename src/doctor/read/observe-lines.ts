import { sniffLayout } from '../../protocol/log-lines/layout.ts';
import type { LogLine } from '../../protocol/log-lines/log-line.ts';
import { Unwrapper, type Layout } from '../../protocol/log-lines/unwrapper.ts';
import { LogObserver } from '../analyse/observe-log.ts';
import type { Limit, Observations } from '../analyse/observation.ts';

/** Lines by which the layout of a log is found. */
const HEAD_LINES = 600;
/** A log with the newest line first is turned round in memory: longer ones are read from here on only. */
const MAX_TURNED_LINES = 60_000;

/** What dnsmasq writes most of: names that were asked for. */
const DNS_MESSAGE = /^(?:\d+ \S+ )?(?:query\[|forwarded |reply |cached |config |validation )/;

const NO_SUCH_NAME = /^(?:\d+ \S+ )?(?:reply|cached|config) (\S+) is NXDOMAIN/;
const ONLY_NAMES = { source: 'log of dnsmasq', programs: ['dnsmasq'] };

/** A log in which dnsmasq answers questions for names, and does nothing else. */
function namesAlone(unknown: string | undefined): Limit {
  const name =
    unknown === undefined
      ? ''
      : ` It does not know ${unknown} (NXDOMAIN): a machine whose boot script or kernel arguments name its server so gets no further`;
  return {
    text: `dnsmasq is asked for names here, and no line is of DHCP or TFTP.${name}`,
    advice:
      unknown === undefined
        ? 'give the log from before the machine starts until it stops'
        : `write the address of the server instead of ${unknown}, or let dnsmasq know it: host-record=${unknown},ADDRESS`,
  };
}

/** The one reader in front of all log readers: raw lines of a file in, observations out. */
export class LogFileObserver {
  readonly #observer = new LogObserver();
  readonly #head: string[] = [];
  readonly #turned: LogLine[] = [];
  #unwrapper: Unwrapper | undefined;
  #layout: Layout | undefined;
  #line = 0;
  #left = 0;
  #host = '';
  #hasNames = false;
  #unknownName: string | undefined;

  /** Lines stand alone and name their programs: those of others may be left out with `skip`. */
  get canSkip(): boolean {
    return this.#layout !== undefined && isPlain(this.#layout) && this.#layout.hasNames === true;
  }

  /** The host that wrote the first lines, as their stamps name it. */
  get host(): string {
    return this.#host;
  }

  /** Lines that say nothing about a boot; `foreignCount` of them are not of dnsmasq. */
  skip(count: number, foreignCount: number, example: string): void {
    if (foreignCount > 0) this.#observer.passOver(this.#line + 1, foreignCount, example);
    this.#line += count;
  }

  push(raw: string): void {
    if (this.#unwrapper) return this.#take(this.#unwrapper.push(raw, ++this.#line));
    this.#head.push(raw);
    if (this.#head.length >= HEAD_LINES) this.#begin();
  }

  finish(): Observations {
    this.#begin();
    this.#take(this.#unwrapper?.flush() ?? []);
    for (const line of this.#turned.reverse()) this.#observer.push(line);
    const observations = this.#observer.finish(this.#line);
    if (observations.programs === undefined && this.#hasNames)
      return { ...observations, ...ONLY_NAMES, limits: [namesAlone(this.#unknownName)] };
    if (this.#left === 0) return observations;
    const limit = {
      text: `the newest line comes first, and only the oldest ${MAX_TURNED_LINES} lines were read`,
      advice: 'give the log with the oldest line first: journalctl without -r, or tac FILE',
    };
    return { ...observations, limits: [...(observations.limits ?? []), limit] };
  }

  #begin(): void {
    if (this.#unwrapper) return;
    this.#layout = sniffLayout(this.#head);
    const unwrapper = new Unwrapper(this.#layout);
    this.#unwrapper = unwrapper;
    for (const raw of this.#head) {
      const lines = unwrapper.push(raw, ++this.#line);
      this.#host ||= lines[0]?.service ?? '';
      this.#take(lines);
    }
    this.#head.length = 0;
  }

  #take(lines: readonly LogLine[]): void {
    for (const line of lines) {
      if (line.program === 'dnsmasq' && DNS_MESSAGE.test(line.message) && this.canSkip) {
        this.#hasNames = true;
        this.#unknownName ??= NO_SUCH_NAME.exec(line.message)?.[1];
        continue;
      }
      if (this.#layout?.isReversed === true) this.#turned.push(line);
      else this.#observer.push(line);
    }
    // dropped in pieces: each drop moves all that is kept
    if (this.#turned.length < MAX_TURNED_LINES * 1.1) return;
    this.#left += this.#turned.splice(0, this.#turned.length - MAX_TURNED_LINES).length;
  }
}

function isPlain({ isExport, wrapWidth }: Layout): boolean {
  return !isExport && wrapWidth === undefined;
}

/** A whole log in memory. */
export function observeLines(lines: Iterable<string>): Observations {
  const observer = new LogFileObserver();
  for (const line of lines) observer.push(line);
  return observer.finish();
}
