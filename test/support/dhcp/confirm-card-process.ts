/** Asks whose an address is, `times` times at once, as its argument says, and prints the answers: runs inside a namespace. */
import { readdirSync, readlinkSync } from 'node:fs';
import { CardAsker, type CardAskerOptions } from '../../../src/net/confirm-card.ts';
import type { Ipv4Address, MacAddress } from '../../../src/protocol/addresses.ts';

interface Question extends CardAskerOptions {
  readonly address: Ipv4Address;
  readonly mac: MacAddress;
  readonly times?: number;
}

/** Files alone do not count: the loader of this script keeps some of its own, for a moment each. */
const openSockets = (): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;

const { address, mac, times = 1, ...options } = JSON.parse(process.argv[2] ?? '{}') as Question;
const asker = new CardAsker(options);
await asker.confirm(address, mac);
const before = openSockets();
const asked = Array.from({ length: times }, () => asker.confirm(address, mac));
const moreSockets = openSockets() - before;
const answers = await Promise.all(asked);
await asker.close();
process.stdout.write(`${JSON.stringify({ answers, moreSockets })}\n`);
