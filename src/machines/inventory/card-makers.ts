import { readTextIfThere } from '../../platform/files.ts';
import type { MacAddress } from '../../protocol/addresses.ts';
import { forgetOldest } from '../../protocol/forget-oldest.ts';

/** Who makes cards that boot from networks; a list of all of them is a package of its own, and is read where it is installed. */
const MAKERS: Readonly<Record<string, string>> = {
  'QEMU/KVM': '52:54:00',
  VMware: '00:0c:29 00:50:56 00:05:69',
  VirtualBox: '08:00:27',
  'Hyper-V': '00:15:5d',
  Xen: '00:16:3e',
  'Raspberry Pi': 'b8:27:eb dc:a6:32 e4:5f:01 d8:3a:dd',
  Dell: '00:14:22 00:26:b9 18:66:da 48:4d:7e 54:bf:64 6c:2b:59 b0:83:fe d4:be:d9 e4:54:e8 f0:1f:af f8:b1:56',
  HP: '00:1f:29 3c:52:82 3c:d9:2b 40:a8:f0 48:0f:cf 80:e8:2c 94:57:a5 9c:7b:ef 9c:8e:99 b0:5c:da e8:39:35',
  Intel: '00:1b:21 00:1e:67 3c:fd:fe 68:05:ca 90:e2:ba a0:36:9f a4:bf:01',
  'Elitegroup (NUC)': '1c:69:7a 94:c6:91 f4:4d:30',
  Lenovo: '50:7b:9d 8c:16:45 98:fa:9b c8:5b:76 e8:6a:64 f8:75:a4',
  Realtek: '00:e0:4c',
  Supermicro: '00:25:90 0c:c4:7a 3c:ec:ef ac:1f:6b',
  Mellanox: '00:02:c9 24:8a:07 b8:59:9f e4:1d:2d',
  Broadcom: '00:10:18',
  ASUS: '04:d9:f5 10:7b:44 2c:fd:a1',
  Gigabyte: '1c:1b:0d 94:de:80 b4:2e:99',
  MSI: '00:d8:61 30:9c:23 d8:cb:8a',
  ASRock: '70:85:c2 bc:5f:f4',
  Fujitsu: '00:19:99 90:1b:0e',
  IBM: '00:1a:64 5c:f3:fc',
};

/** Of Debian's ieee-data, hwdata, libwireshark-data and nmap. */
const INSTALLED_LISTS = [
  '/usr/share/ieee-data/oui.txt',
  '/usr/share/hwdata/oui.txt',
  '/usr/share/wireshark/manuf',
  '/usr/share/nmap/nmap-mac-prefixes',
];

const LOCALLY_SET = 2;
const MAX_REMEMBERED = 10_000;

/** Who made the cards with these addresses, as far as anybody here knows. */
export async function cardMakers(
  macs: readonly MacAddress[],
  lists: readonly string[] = INSTALLED_LISTS,
): Promise<ReadonlyMap<MacAddress, string>> {
  const known = new Map(
    Object.entries(MAKERS).flatMap(([maker, prefixes]) => prefixes.split(' ').map((one) => [one, maker])),
  );
  const prefixOf = (mac: MacAddress): string => mac.slice(0, 8);
  const isLocallySet = (mac: MacAddress): boolean =>
    (Number.parseInt(mac.slice(0, 2), 16) & LOCALLY_SET) !== 0;
  const wanted = new Set(macs.filter((mac) => !known.has(prefixOf(mac)) && !isLocallySet(mac)).map(prefixOf));
  for (const list of wanted.size === 0 ? [] : lists) {
    const text = await readTextIfThere(list).catch(() => undefined);
    if (text === undefined) continue;
    for (const [prefix, maker] of listed(text)) if (wanted.has(prefix)) known.set(prefix, maker);
    break;
  }
  return new Map(
    macs.flatMap((mac) => {
      const maker = known.get(prefixOf(mac)) ?? (isLocallySet(mac) ? 'made up' : undefined);
      return maker === undefined ? [] : [[mac, maker] as const];
    }),
  );
}

/** `00-00-0C   (hex)  Cisco`, `00:00:0C<TAB>short<TAB>Cisco` or `00000C Cisco`, whichever list it is. */
function* listed(text: string): Generator<readonly [string, string]> {
  const line = /^([0-9a-f]{2})[:-]?([0-9a-f]{2})[:-]?([0-9a-f]{2})(?:[ \t]+\(hex\))?[ \t]+(.*)/gim;
  for (const [, a = '', b = '', c = '', rest = ''] of text.matchAll(line)) {
    yield [`${a}:${b}:${c}`.toLowerCase(), rest.split('\t').at(-1)?.trim() ?? ''];
  }
}

/** Remembers what was found: the lists are long, and a running pxectl is asked again and again. */
export class CardMakers {
  readonly #makers = new Map<MacAddress, string | undefined>();

  async of(macs: readonly MacAddress[]): Promise<ReadonlyMap<MacAddress, string | undefined>> {
    const fresh = macs.filter((mac) => !this.#makers.has(mac));
    const found = fresh.length === 0 ? new Map<MacAddress, string>() : await cardMakers(fresh);
    for (const mac of fresh) this.#makers.set(mac, found.get(mac));
    forgetOldest(this.#makers, Math.max(MAX_REMEMBERED, macs.length));
    return this.#makers;
  }
}
