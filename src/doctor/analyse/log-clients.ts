import { DHCP_OPTION } from '../../protocol/dhcp/option-codes.ts';
import { forgetOldest } from '../../protocol/forget-oldest.ts';
import type { ExchangeRecord } from '../../protocol/dnsmasq-log/record.ts';
import { parseVendorClass } from '../../protocol/pxe/vendor-class.ts';
import type { ClientIdentity } from './open-client.ts';
import { logFirmware } from './record-values.ts';

const MAX_MAC_TEXTS = 1000;
const MAX_XIDS = 2000;
/** Boot loaders that ask by classes of their own: U-Boot, RouterBOOT (Mips_boot), Etherboot. */
const LOADER_CLASS = /^[\w-]*boot\b/i;
const NAMELESS = 'a client that the log does not name';

/** Whose packet a record of dnsmasq's log is of: by its MAC, what is left of that, or the transaction it belongs to. */
export class LogClients {
  readonly #keyOfXids = new Map<number, string>();
  readonly #macTextOf = new Map<string, string>();
  #lastAnswered: string | undefined;
  #lastVendorClass: string | undefined;

  /** @param isBootClient whether this client was seen to boot before */
  constructor(private readonly isBootClient: (key: string) => boolean) {}

  wasAnswered(key: string): void {
    this.#lastAnswered = key;
  }

  /** People shorten MACs (`f4:4d:...`): what is left of it names the client then. Undefined: a packet without a sender. */
  identify(record: ExchangeRecord): ClientIdentity | 'boots-nothing' | undefined {
    const vendorClass =
      record.vendorClass ?? (record.message.startsWith('pxe') ? this.#lastVendorClass : undefined);
    if (record.vendorClass !== undefined) this.#lastVendorClass = record.vendorClass;
    const boot = parseVendorClass(vendorClass ?? '');
    const isIpxe = /\biPXE\b/.test(record.userClass ?? '') || record.tags.some((tag) => /^ipxe$/i.test(tag));
    // a packet that dnsmasq does not answer is logged without its sender
    const nameless =
      boot !== undefined && record.xid !== undefined ? this.#namelessKey(record.xid, boot.kind) : undefined;
    // an excerpt may show an answer alone: who is given a boot file boots
    const isGiven = record.sent.some(({ code }) => code === DHCP_OPTION.bootFileName);
    const answered = isGiven || (record.bootFile ?? '') !== '' ? NAMELESS : undefined;
    const key = record.mac ?? record.macText ?? this.#keyOfXid(record) ?? nameless ?? answered;
    if (key === undefined) return undefined;
    const firmware = logFirmware(
      boot?.architecture ?? record.architecture,
      boot?.kind,
      isIpxe,
      record.mac ?? record.macText,
    );
    const isBoot =
      boot !== undefined ||
      LOADER_CLASS.test(vendorClass ?? '') ||
      record.message.startsWith('pxe') ||
      isIpxe ||
      key === NAMELESS;
    // the beginning of a packet's lines says of no program which it is
    if (!isBoot && record.message === 'unknown' && vendorClass === undefined) return undefined;
    if (!isBoot && !this.isBootClient(key)) return 'boots-nothing';
    const architecture = boot?.architecture ?? record.architecture;
    const macText = record.mac === undefined ? (record.macText ?? this.#macTextOf.get(key)) : undefined;
    if (record.xid !== undefined) {
      this.#keyOfXids.set(record.xid, key);
      forgetOldest(this.#keyOfXids, MAX_XIDS);
    }
    if (record.macText !== undefined && (this.#macTextOf.size < MAX_MAC_TEXTS || this.#macTextOf.has(key)))
      this.#macTextOf.set(key, record.macText);
    return {
      key,
      ...(record.mac === undefined ? {} : { mac: record.mac }),
      ...(macText === undefined ? {} : { macText }),
      firmware: isBoot ? firmware : 'system',
      architectures: architecture === undefined ? [] : [architecture],
      ...(vendorClass === undefined ? {} : { vendorClass }),
    };
  }

  /** Firmware whose PXE boot failed goes on with HTTP Boot: the same machine, most likely. */
  #namelessKey(xid: number, kind: 'PXEClient' | 'HTTPClient'): string {
    const last = this.#lastAnswered;
    return kind === 'HTTPClient' && last !== undefined ? last : `xid ${xid}`;
  }

  #keyOfXid(record: ExchangeRecord): string | undefined {
    return record.xid === undefined ? undefined : this.#keyOfXids.get(record.xid);
  }
}
