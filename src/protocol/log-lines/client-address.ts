import { parseIpv4, type Ipv4Address } from '../addresses.ts';

const PART = String.raw`(?:\d{1,3}|[a-z]|[x*#n_]{1,3}|\d{0,2}[x*]{1,2})`;
/** As people mask it before they show a log: `w.x.y.z`, `192.168.1.xx`, `<ip>`, `[redacted]`, `***`. */
const MASKED = new RegExp(
  String.raw`^(?:${PART}(?:\.${PART}){3}|<[^<>\s]{1,40}>|\[[^\][\s]{1,40}\]|\{[^{}\s]{1,40}\}|\*{2,}|x{3,}|redacted|(?:client|ip)[-_]?(?:ip|addr(?:ess)?)?)$`,
  'i',
);

/** The address that a log names a client by; one that was masked by hand names its client as well. */
export function clientAddressOf(text: string | undefined): Ipv4Address | undefined {
  if (text === undefined || text === '') return undefined;
  return parseIpv4(text) ?? (MASKED.test(text) ? (text as Ipv4Address) : undefined);
}
