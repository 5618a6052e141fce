import { isOfSystem, type BootEvent } from '../../model/boot-event.ts';
import type { Machine } from '../../model/config.ts';
import { printable } from '../../model/printable.ts';
import { forgetOldest } from '../../protocol/forget-oldest.ts';
import type { MacAddress } from '../../protocol/addresses.ts';
import type { RecordedBoot } from '../../watch/boot-record.ts';
import { Ration } from './ration.ts';
import type { NoticeBody } from './webhooks.ts';

const MAX_SEEN = 4_096;

export interface NoticeTellerInput {
  readonly ownerOf: (mac: MacAddress) => Machine | undefined;
  readonly seenBefore: Iterable<string>;
  readonly tell: (notice: NoticeBody) => void;
}

/** What of all that happens somebody wants to be told of who does not look. */
export class NoticeTeller {
  readonly #seen: Map<string, true>;
  readonly #unknown = new Ration();
  readonly #failedOfStrangers = new Ration();

  constructor(private readonly input: NoticeTellerInput) {
    this.#seen = new Map(Array.from(input.seenBefore, (mac) => [mac, true]));
  }

  take(event: BootEvent): void {
    if (event.type === 'install.done') this.#installed(event);
    if (event.type === 'dhcp.discover') this.#discovered(event);
  }

  takeBoot(boot: RecordedBoot): void {
    if (boot.outcome !== 'failed') return;
    const { id, startedAt, outcome, current, findings, mac, firmware } = boot;
    const name = boot.machineName ?? this.input.ownerOf(mac)?.name ?? null;
    const why = findings[0] === undefined ? '' : `: ${findings[0].title}`;
    const more = name === null ? this.#failedOfStrangers.take() : '';
    if (more === undefined) return;
    this.input.tell({
      type: 'boot-failed',
      text: printable(`the boot of ${name ?? mac} failed${why}${more}`),
      machine: { name, mac, firmware: firmware ?? null },
      boot: {
        ...{ id, startedAt, outcome, stage: current },
        findings: findings.map((finding) => ({ id: finding.id, title: finding.title, cause: finding.cause })),
      },
    });
  }

  #installed({ mac, detail }: BootEvent): void {
    const known = mac === undefined ? undefined : this.input.ownerOf(mac);
    const name = known?.name ?? (typeof detail['machine'] === 'string' ? detail['machine'] : null);
    this.input.tell({
      type: 'installed',
      text: printable(`${name ?? mac ?? 'a machine'} is installed`),
      machine: { name, mac: mac ?? null, firmware: null },
      boot: null,
    });
  }

  #discovered(event: BootEvent): void {
    const { mac, firmware } = event;
    if (mac === undefined || firmware === undefined || firmware === 'unknown' || isOfSystem(event)) return;
    if (this.#seen.has(mac)) return;
    this.#seen.set(mac, true);
    forgetOldest(this.#seen, MAX_SEEN);
    if (this.input.ownerOf(mac) !== undefined) return;
    const more = this.#unknown.take();
    if (more === undefined) return;
    this.input.tell({
      type: 'unknown-machine',
      text: `${mac} (${firmware}) boots from the network, and is no machine of pxectl.yaml${more}`,
      machine: { name: null, mac, firmware },
      boot: null,
    });
  }
}
