import type { Firmware } from '../../model/firmware.ts';
import { firmwareOf } from '../../plan/firmware-of.ts';
import { parseIpv4, UNSPECIFIED_IPV4, type Ipv4Address, type MacAddress } from '../../protocol/addresses.ts';
import type { ExchangeRecord, SentOption, TftpRecord } from '../../protocol/dnsmasq-log/record.ts';
import type { Option43Seen, RequestSeen, TftpOutcome } from './observation.ts';

/** `PXE(…)`: dnsmasq's word for its own boot answer. */
export function isPxeLine({ text, message }: ExchangeRecord): boolean {
  return /\bPXE\(/.test(text) || message === 'pxe' || message === 'pxe-boot-server';
}

export const TFTP_OUTCOMES: Readonly<Record<TftpRecord['outcome'], TftpOutcome>> = {
  sent: 'done',
  failed: 'stalled',
  aborted: 'size-probe',
  'client-error': 'cancelled',
  missing: 'missing',
  denied: 'denied',
  unreadable: 'denied',
  unsupported: 'server-error',
};

export function requestType(record: ExchangeRecord): RequestSeen['type'] {
  switch (record.message) {
    case 'discover':
    case 'request':
    case 'inform':
    case 'decline':
      return record.message;
    case 'pxe-boot-server':
      return 'request';
    case 'release':
    case 'pxe':
    case 'bootp':
    case 'unknown':
      return 'other';
  }
}

export function logFirmware(
  architecture: number | undefined,
  kind: 'PXEClient' | 'HTTPClient' | undefined,
  isIpxe: boolean,
  mac: string | undefined,
): Firmware {
  return firmwareOf({
    // also of a shortened MAC the first half tells the maker
    mac: (mac ?? '00:00:00:00:00:00') as MacAddress,
    architectures: architecture === undefined ? [] : [architecture],
    ...(kind === undefined ? {} : { vendorClass: kind }),
    isIpxe,
    relayAddress: UNSPECIFIED_IPV4,
    clientAddress: UNSPECIFIED_IPV4,
  });
}

export function readOption43(option: SentOption): Option43Seen {
  const prefix = /^((?:[0-9a-f]{2}:)*(?:[0-9a-f]{2})?)/i.exec(option.text)?.[1] ?? '';
  const digits = prefix.split(':').filter((byte) => byte !== '');
  return {
    bytes: option.bytes ?? Uint8Array.from(digits, (byte) => Number.parseInt(byte, 16)),
    sizeBytes: option.sizeBytes,
    isElided: option.bytes === undefined,
  };
}

/** dnsmasq writes option 60 as hex. */
export function vendorClassText(option: SentOption | undefined): string {
  if (option?.bytes) return String.fromCharCode(...option.bytes);
  // the bytes of "PXE" at the beginning of a shortened value
  return option?.text.startsWith('50:58:45') === true ? 'PXEClient' : (option?.text ?? '');
}

export function addressOf(text: string | undefined): Ipv4Address | undefined {
  const address = text === undefined ? undefined : parseIpv4(text);
  return address === UNSPECIFIED_IPV4 ? undefined : address;
}

export function withoutRoot(path: string, root: string | undefined): string {
  if (root === undefined) return path;
  const folder = root.endsWith('/') ? root : `${root}/`;
  return path.startsWith(folder) ? path.slice(folder.length) : path;
}
