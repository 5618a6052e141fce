import type { BootEvent } from '../../model/boot-event.ts';
import type { RunningTransfer } from '../../model/running-transfer.ts';
import { StagePast } from '../../model/stage-past.ts';
import type { MacAddress } from '../../protocol/addresses.ts';
import type { Output } from '../output.ts';
import { frame, helpPage } from './frame.ts';
import { LiveModel, type KnownMachines } from './live-model.ts';
import type { LiveRow } from './live-row.ts';
import {
  FIRST_SCREEN,
  filtered,
  press,
  selectedRow,
  type Key,
  type LiveAction,
  type LiveVerb,
} from './live-screen.ts';
import { LiveTerminal } from './live-terminal.ts';
import { machinePage } from './machine-page.ts';
import { paintOf } from './paint.ts';
import type { NewsTone } from './live-news.ts';

/** Soon enough to be at once, and seldom enough to cost little when a thousand things happen a second. */
const FRAME_MS = 100;
/** Times on the screen go on also when nothing happens. */
const TICK_MS = 1_000;
const TRANSFERS_MS = 500;
const MACHINES_MS = 5_000;

/** Where a view has what it shows from. */
export interface LiveSource {
  /** what serves, in one line */
  title(): string;
  /** who is configured now, and who made these cards */
  known(cards: readonly MacAddress[]): Promise<KnownMachines>;
  transfers(): Promise<readonly RunningTransfer[]>;
  /** what was usual in boots of the past */
  past(): Promise<StagePast>;
}

export interface LiveViewOptions {
  readonly source: LiveSource;
  readonly output: Pick<Output, 'colors'>;
  /** does it to the machine of the row; tells what came of it, and asks before it does */
  readonly run: (verb: LiveVerb, row: LiveRow, talk: Talk) => Promise<void>;
  /** somebody wants to go */
  readonly onQuit: () => void;
}

/** How what is done to a machine talks with who wants it. */
export interface Talk {
  readonly say: (text: string, tone?: NewsTone) => void;
  readonly ask: (what: string) => Promise<boolean>;
}

/** The live view on a terminal: draws what the model says, and does what keys ask for. */
export class LiveView {
  readonly #model = new LiveModel();
  readonly #terminal: LiveTerminal;
  #screen = FIRST_SCREEN;
  #past = new StagePast();
  #frameTimer: NodeJS.Timeout | undefined;
  #timers: NodeJS.Timeout[] = [];
  #drawnAtMs = 0;
  #answer: ((isYes: boolean) => void) | undefined;
  #isBusy = false;

  constructor(private readonly options: LiveViewOptions) {
    this.#terminal = new LiveTerminal({
      hasColor: options.output.colors.isColorSupported,
      onKey: (key) => this.#onKey(key),
      onRedraw: () => this.#draw(),
    });
  }

  /** @param before what happened before, oldest first; read piece by piece: machines may be answered meanwhile */
  async open(before: AsyncIterable<readonly BootEvent[]>): Promise<void> {
    await this.#learn();
    for await (const events of before) this.#model.replay(events);
    await this.#learn();
    this.#terminal.open();
    this.#draw();
    const { source } = this.options;
    this.#every(TICK_MS, async () => {
      // some shells tell nobody that they have brought it back
      this.#terminal.resume();
      this.#changed();
    });
    this.#every(MACHINES_MS, async () => this.#learn());
    this.#every(TRANSFERS_MS, async () => {
      this.#model.setTransfers(await source.transfers(), Date.now());
      this.#changed();
    });
    void source.past().then(
      (past) => (this.#past = past),
      () => undefined,
    );
  }

  take(event: BootEvent): void {
    this.#model.take(event);
    this.#changed();
  }

  say = (text: string, tone?: NewsTone): void => {
    this.#model.say(text, tone);
    this.#changed();
  };

  /** Gives the terminal back; idempotent. */
  close(): void {
    this.#answer?.(false);
    clearTimeout(this.#frameTimer);
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
    this.#terminal.close();
    this.#model.close();
  }

  async #learn(): Promise<void> {
    const { source } = this.options;
    this.#model.know(await source.known(this.#model.cards()));
  }

  /** One after the other; what fails now may go well the next time. */
  #every(pauseMs: number, work: () => Promise<void>): void {
    const index = this.#timers.length;
    const next = (): void => {
      this.#timers[index] = setTimeout(() => {
        void work()
          .catch(() => undefined)
          .finally(() => {
            if (this.#timers.length > 0) next();
          });
      }, pauseMs);
    };
    next();
  }

  #changed(): void {
    if (this.#frameTimer !== undefined) return;
    const waitMs = Math.max(0, this.#drawnAtMs + FRAME_MS - performance.now());
    this.#frameTimer = setTimeout(() => this.#draw(), waitMs);
  }

  #draw(): void {
    clearTimeout(this.#frameTimer);
    this.#frameTimer = undefined;
    this.#drawnAtMs = performance.now();
    const paint = paintOf(this.options.output.colors);
    const nowMs = Date.now();
    const all = this.#model.rows(nowMs);
    const rows = filtered(all, this.#screen.filter);
    const size = this.#terminal.size;
    this.#terminal.draw(
      frame(
        {
          title: this.options.source.title(),
          ...{ all, rows, paint, nowMs, screen: this.#screen, news: this.#model.news() },
          page: this.#page(rows, size.columns, nowMs),
        },
        size,
      ),
    );
  }

  #page(rows: readonly LiveRow[], width: number, nowMs: number): readonly string[] {
    if (this.#screen.page === 'help') return helpPage();
    const row = this.#screen.page === 'machine' ? selectedRow(rows, this.#screen) : undefined;
    if (row === undefined) return [];
    const vendor = row.mac === undefined ? undefined : this.#model.vendorOf(row.mac);
    return machinePage({ row, vendor, boot: this.#model.bootOf(row), past: this.#past, nowMs }, width);
  }

  #onKey(key: Key): void {
    const rows = filtered(this.#model.rows(Date.now()), this.#screen.filter);
    const { screen, action } = press(this.#screen, key, rows);
    this.#screen = screen;
    if (action !== undefined) this.#act(action);
    this.#changed();
  }

  #act(action: LiveAction): void {
    switch (action.kind) {
      case 'quit':
        return this.options.onQuit();
      case 'suspend':
        return this.#terminal.suspend();
      case 'redraw':
        return this.#terminal.redraw();
      case 'answer':
        return this.#answer?.(action.isYes);
      case 'say':
        return this.say(action.text, 'warning');
      case 'verb':
        void this.#run(action.verb, action.row);
    }
  }

  async #run(verb: LiveVerb, row: LiveRow): Promise<void> {
    if (this.#isBusy) return this.say('what was asked for before is not done yet', 'warning');
    this.#isBusy = true;
    try {
      await this.options.run(verb, row, { say: this.say, ask: (what) => this.#ask(what) });
      await this.#learn();
    } catch (error) {
      this.say(String(error), 'problem');
    } finally {
      this.#isBusy = false;
    }
  }

  async #ask(what: string): Promise<boolean> {
    this.#screen = { ...this.#screen, asks: 'yes', question: what };
    this.#changed();
    return new Promise<boolean>((resolve) => (this.#answer = resolve)).finally(() => {
      this.#answer = undefined;
    });
  }
}
