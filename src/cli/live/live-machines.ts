import { cardMakers } from '../../machines/inventory/card-makers.ts';
import type { Machine } from '../../model/config.ts';
import type { MacAddress } from '../../protocol/addresses.ts';
import type { KnownMachines } from './live-model.ts';
import type { LiveMachine } from './live-row.ts';

/** What a view is told of the machines of a configuration; makers of cards are looked up once. */
export class LiveMachines {
  readonly #vendors = new Map<MacAddress, string>();
  readonly #asked = new Set<MacAddress>();

  async known(machines: readonly Machine[], cards: readonly MacAddress[]): Promise<KnownMachines> {
    const all = [...machines.flatMap(({ mac }) => mac ?? []), ...cards];
    const news = all.filter((mac) => !this.#asked.has(mac));
    for (const mac of news) this.#asked.add(mac);
    if (news.length > 0) for (const [mac, maker] of await cardMakers(news)) this.#vendors.set(mac, maker);
    return { machines: machines.map(liveMachine), vendors: this.#vendors };
  }
}

function liveMachine({ name, mac, install, installState, isArmed, power }: Machine): LiveMachine {
  return {
    name,
    ...(mac === undefined ? {} : { mac }),
    ...(installState?.kind === 'armed' ? { order: installState.isAlways ? 'always' : 'once' } : {}),
    ...{ isArmed, canInstall: install !== undefined, hasPower: power !== undefined },
  };
}
