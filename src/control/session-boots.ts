import type { Session } from '../engine/session.ts';
import { withSeenCards } from '../machines/inventory/machine-cards.ts';
import type { Machine } from '../model/config.ts';
import { comparedBoots, StagePast, type ComparedStage } from '../model/stage-past.ts';
import type { MacAddress } from '../protocol/addresses.ts';
import type { RecordedBoot } from '../watch/boot-record.ts';
import { bootsOfMachine } from '../watch/boots-of-machine.ts';
import { byStart, readHistory, readLastBoots, supersedes } from '../watch/history-file.ts';

/** The last boot of every machine. */
export interface LatestBoots {
  readonly ofCard: (mac: MacAddress) => RecordedBoot | undefined;
  readonly ofMachine: (machine: Pick<Machine, 'name'>) => RecordedBoot | undefined;
}

/** The boots that a session knows: those that it remembers, and those of the history before them. */
export class SessionBoots {
  readonly #layout;
  /** of each card that booted before what is remembered; read once */
  #before: Promise<Map<string, RecordedBoot>> | undefined;
  #past: Promise<StagePast> | undefined;

  constructor(private readonly session: Pick<Session, 'history' | 'project' | 'context' | 'seenMachines'>) {
    this.#layout = session.project.layout;
    session.history.onEnd((boot) => {
      void this.#before?.then((before) => before.set(boot.mac, withoutEvents(boot)));
      void this.#past?.then((past) => past.add(boot));
    });
  }

  async latest(): Promise<LatestBoots> {
    this.#before ??= readLastBoots(this.#layout).then(
      (boots) => new Map(Array.from(boots, ([mac, boot]) => [mac, withoutEvents(boot)])),
    );
    const byCard = new Map(await this.#before);
    for (const boot of await this.session.history.boots()) {
      if (supersedes(boot, byCard.get(boot.mac))) byCard.set(boot.mac, boot);
    }
    const byName = new Map<string, RecordedBoot>();
    for (const { name, mac } of this.#cards()) {
      const boot = mac === undefined ? undefined : byCard.get(mac);
      if (boot === undefined || (byName.get(name)?.lastEventAt ?? '') > boot.lastEventAt) continue;
      byName.set(name, boot);
    }
    return { ofCard: (mac) => byCard.get(mac), ofMachine: ({ name }) => byName.get(name) };
  }

  /** The newest boots, of one machine where one is named, oldest first. */
  async list(limit: number, word: string | undefined): Promise<readonly RecordedBoot[]> {
    const isWanted = word === undefined ? () => true : bootsOfMachine(word, this.#cards()).isIts;
    const remembered = (await this.session.history.boots()).filter(isWanted);
    if (remembered.length >= limit) return remembered.slice(-limit);
    return (await this.#all()).filter(isWanted).slice(-limit);
  }

  /** One boot, beside what was usual when it began. */
  async find(
    id: string,
  ): Promise<{ readonly boot: RecordedBoot; readonly compared: readonly ComparedStage[] } | undefined> {
    const remembered = await this.session.history.boots();
    const running = remembered.find((boot) => boot.id === id && boot.outcome === 'running');
    // looked at again and again while it goes on
    if (running !== undefined) return { boot: running, compared: (await this.#usual()).compare(running) };
    return comparedBoots(await this.#all()).find(({ boot }) => boot.id === id);
  }

  async #all(): Promise<readonly RecordedBoot[]> {
    const past = await readHistory(this.#layout);
    const boots = new Map(past.map((boot) => [boot.id, boot]));
    const recorded = new Map(past.map((boot) => [boot.mac, boot]));
    for (const boot of await this.session.history.boots()) {
      if (boots.has(boot.id) || supersedes(boot, recorded.get(boot.mac))) boots.set(boot.id, boot);
    }
    return [...boots.values()].sort(byStart);
  }

  #usual(): Promise<StagePast> {
    this.#past ??= readHistory(this.#layout).then((boots) => new StagePast(boots));
    return this.#past;
  }

  #cards(): readonly Machine[] {
    return withSeenCards(this.session.context.config.machines, this.session.seenMachines());
  }
}

const withoutEvents = (boot: RecordedBoot): RecordedBoot => ({ ...boot, events: [] });
