import { command, words, type Fix } from '../../model/fix.ts';
import { nearestWord } from '../../model/nearest-word.ts';
import { parseIpv4 } from '../../protocol/addresses.ts';
import { readData } from '../knowledge/read-data.ts';
import type { ConfLine } from './conf-line.ts';
import { splitValue } from './conf-lines.ts';
import { ARCHITECTURE_NAMES, architectureOfName, takeTags } from './pxe-config.ts';

/** data/dnsmasq-options.json: what dnsmasq takes in a configuration file. */
export interface DnsmasqOptionsFile {
  readonly source: string;
  readonly withoutValue: readonly string[];
  readonly withValue: readonly string[];
  readonly either: readonly string[];
  /** names that may stand behind `option:` and `option6:` */
  readonly dhcpOptions: readonly string[];
  readonly dhcpOptions6: readonly string[];
  /** what dnsmasq says of a line that it refuses, and how such a line is right */
  readonly refusals: readonly { readonly said: string; readonly fix: string }[];
}

const known = readData<DnsmasqOptionsFile>('dnsmasq-options.json');
const withoutValue = new Set(known.withoutValue);
const withValue = new Set(known.withValue);
const either = new Set(known.either);
const dhcpOptions = new Set(known.dhcpOptions);
const dhcpOptions6 = new Set(known.dhcpOptions6);
const allNames = [...withoutValue, ...withValue, ...either];

/** Whether any dnsmasq since 2.48 has this option. */
export function isDnsmasqOption(name: string): boolean {
  return withoutValue.has(name) || withValue.has(name) || either.has(name);
}

/** What to do about a line that dnsmasq refuses, from its own words; `place` is the line as these name it. */
export function mendsOfRefusal(said: string, file: string, place: string): readonly Fix[] {
  const right = known.refusals.find((refusal) => said.includes(refusal.said))?.fix;
  return [
    words(`correct ${place}${right === undefined ? '' : `: ${right}`}`),
    command(`dnsmasq --test --conf-file=${file}`, 'then see whether dnsmasq takes it'),
  ];
}

/** Whether a word is an option with a slip in it. */
export function isNearDnsmasqOption(name: string): boolean {
  return nearestWord(name, allNames) !== undefined;
}

/** Why dnsmasq does not start with a line, and the line that was meant, where that is plain. */
export interface Refusal {
  readonly why: string;
  readonly meant?: string;
}

/** What `dnsmasq --test` would refuse, without dnsmasq; undefined for a line that nothing is wrong with. */
export function refusalOf(line: ConfLine): Refusal | undefined {
  const { key, value, hasValue } = line;
  if (!isDnsmasqOption(key)) {
    const joined = `${key}-${value}`;
    if (withoutValue.has(joined))
      return { why: `dnsmasq has no option ${key}; is it ${joined}?`, meant: joined };
    // an option that such a line cannot be is not meant
    const forms = hasValue ? withoutValue : withValue;
    const nearest = nearestWord(
      key,
      allNames.filter((name) => !forms.has(name)),
    );
    if (nearest === undefined) return undefined;
    return { why: `dnsmasq has no option ${key}; is it ${nearest}?`, meant: line.raw.replace(key, nearest) };
  }
  if (withoutValue.has(key) && hasValue) return { why: `${key} takes no value`, meant: key };
  if (withValue.has(key) && !hasValue) return { why: `${key} needs a value` };
  switch (key) {
    case 'dhcp-range':
      return refusedRange(value);
    case 'pxe-service':
      return refusedService(line);
    case 'dhcp-option':
    case 'dhcp-option-force':
    case 'dhcp-match':
      return refusedDhcpOption(key, value);
    case 'port':
    case 'dhcp-lease-max':
    case 'tftp-max':
    case 'tftp-mtu':
      return /^\d+$/.test(value) ? undefined : { why: `${key} wants a number, not "${value}"` };
    case 'dhcp-reply-delay':
      return /^\d+$/.test(splitValue(value).at(-1) ?? '')
        ? undefined
        : { why: 'dhcp-reply-delay wants seconds' };
    case 'listen-address':
      return splitValue(value).some((address) => !isAddress(address))
        ? { why: `${value} is no address` }
        : undefined;
    default:
      return undefined;
  }
}

function isAddress(text: string): boolean {
  return parseIpv4(text) !== undefined || /^(?=[^:]*:)[0-9a-f:.]+$/i.test(text);
}

const RANGE_MODES =
  /^(?:static|proxy|ra-only|ra-names|ra-stateless|ra-advrouter|slaac|off-link|constructor:.+|template)$/;
const LEASE_TIME = /^(?:\d+[smhdw]?|infinite|deprecated)$/i;

/** `[tag:…|set:…,|interface,]start,(end|static|proxy|…)[,netmask[,broadcast]][,time]` */
function refusedRange(value: string): Refusal | undefined {
  const parts = splitValue(value).filter((part) => !/^(?:tag|set|net|interface):/.test(part));
  // an old way to write a tag: one word before the address
  if (parts.length > 1 && /^[a-z][\w.-]*$/i.test(parts[0] ?? '') && isAddress(parts[1] ?? '')) parts.shift();
  const [start = '', second, ...rest] = parts;
  if (!isAddress(start))
    return { why: `dhcp-range: ${start === '' ? 'the first address is missing' : `${start} is no address`}` };
  if (parts.includes('proxy') && parseIpv4(start) === undefined)
    return {
      why: `dhcp-range: a proxy is for an IPv4 network, and ${start} is none: dhcp-range=NETWORK,proxy with the network of the interface`,
    };
  if (second === undefined)
    return { why: 'dhcp-range needs an end, or the word proxy or static, behind its first address' };
  if (!isAddress(second) && !RANGE_MODES.test(second)) {
    const nearest = nearestWord(second, ['proxy', 'static']);
    return {
      why: `dhcp-range: ${second} is neither an address nor a mode${nearest === undefined ? '' : `; is it ${nearest}?`}`,
    };
  }
  const odd = rest.find(
    (part) => !(isAddress(part) || RANGE_MODES.test(part) || LEASE_TIME.test(part) || part === ''),
  );
  return odd === undefined ? undefined : { why: `dhcp-range: ${odd} is neither a netmask nor a time` };
}

function refusedService(line: ConfLine): Refusal | undefined {
  const { rest } = takeTags(splitValue(line.value));
  const [architecture = '', menuText] = rest;
  if (architectureOfName(architecture) === undefined) {
    const nearest = nearestWord(architecture, [...ARCHITECTURE_NAMES]);
    return {
      why: `pxe-service does not know the architecture ${architecture}; dnsmasq knows ${ARCHITECTURE_NAMES.join(', ')}, and numbers`,
      ...(nearest === undefined ? {} : { meant: line.raw.replace(architecture, nearest) }),
    };
  }
  return menuText === undefined
    ? { why: 'pxe-service needs a text for the menu behind the architecture' }
    : undefined;
}

function refusedDhcpOption(key: string, value: string): Refusal | undefined {
  const parts = splitValue(value);
  const named = parts.find((part) => /^option6?:/.test(part));
  if (named !== undefined) {
    const name = named.replace(/^option6?:/, '');
    const names = named.startsWith('option6:') ? dhcpOptions6 : dhcpOptions;
    const isKnown = /^\d+$/.test(name) || [...names].some((one) => one.toLowerCase() === name.toLowerCase());
    if (!isKnown) {
      const nearest = nearestWord(name, [...names]);
      return {
        why: `${key}: there is no DHCP option ${name}${nearest === undefined ? '' : `; is it ${nearest}?`}`,
      };
    }
  }
  const broken = parts.find(
    (part) => /^\d{1,3}(?:\.\d{1,3}){3}$/.test(part) && parseIpv4(part) === undefined,
  );
  return broken === undefined ? undefined : { why: `${key}: ${broken} is no IPv4 address` };
}
