import { DHCP_OPTION } from '../../protocol/dhcp/option-codes.ts';
import type { ExchangeRecord, SentOption } from '../../protocol/dnsmasq-log/record.ts';
import type { Option43Seen, ReplySeen } from './observation.ts';
import type { RecentLines } from './recent-lines.ts';
import { addressOf, readOption43, vendorClassText } from './record-values.ts';

/** Reads what dnsmasq answered out of the lines that `log-dhcp` writes about it. */
export class LogReplies {
  readonly #option43s = new WeakMap<SentOption, Option43Seen>();

  constructor(private readonly recent: RecentLines) {}

  read(record: ExchangeRecord, port: 67 | 4011, type: ReplySeen['type']): ReplySeen {
    const sent = (code: number): SentOption | undefined => record.sent.find((option) => option.code === code);
    const server = addressOf(sent(DHCP_OPTION.serverId)?.text);
    const isProxy = record.message === 'pxe-boot-server' || record.isProxy;
    const nextServer = addressOf(record.nextServer);
    const option43 = sent(DHCP_OPTION.vendorSpecific);
    const tftpServerName = sent(DHCP_OPTION.tftpServerName)?.text;
    const { told } = record;
    const quotes = [told.vendorClass, told.bootFile, told.nextServer, told.option67, told.option43].flatMap(
      (number) => this.recent.quoteIfKept(number) ?? [],
    );
    return {
      evidence: quotes.at(-1) ?? this.recent.quote(record.lastLine),
      type,
      port,
      ...(server === undefined ? {} : { server }),
      ...(isProxy || record.address === undefined ? {} : { leasedAddress: record.address }),
      ...(nextServer === undefined ? {} : { nextServer }),
      ...(record.bootFile === undefined || record.bootFile === '' ? {} : { headerFile: record.bootFile }),
      ...(sent(DHCP_OPTION.bootFileName) === undefined
        ? {}
        : { optionFile: sent(DHCP_OPTION.bootFileName)?.text ?? '' }),
      ...(tftpServerName === undefined ? {} : { tftpServerName }),
      ...(sent(DHCP_OPTION.vendorClass) === undefined
        ? {}
        : { vendorClass: vendorClassText(sent(DHCP_OPTION.vendorClass)) }),
      ...(option43 === undefined ? {} : { option43: this.#option43Of(option43) }),
      quotes,
    };
  }

  /** A server sends the same to many. */
  #option43Of(option: SentOption): Option43Seen {
    let seen = this.#option43s.get(option);
    if (!seen) this.#option43s.set(option, (seen = readOption43(option)));
    return seen;
  }
}
