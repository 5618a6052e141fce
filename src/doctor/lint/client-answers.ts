import { splitValue } from './conf-lines.ts';
import type { DhcpBoot, PxeConfig } from './pxe-config.ts';

/** A client as dnsmasq's tags see it. */
export interface LintClient {
  readonly architecture: number;
  readonly isIpxe: boolean;
}

/** The tags that dnsmasq sets for a client, by its architecture, vendor class, user class and options. */
export function tagsOf(config: PxeConfig, client: LintClient): ReadonlySet<string> {
  const tags = new Set<string>();
  const isHttp = client.architecture >= 15 && client.architecture <= 20;
  const vendorClass = `${isHttp ? 'HTTPClient' : 'PXEClient'}:Arch:${String(client.architecture).padStart(5, '0')}:UNDI:003016`;
  for (const at of config.files.lines) {
    if (!['dhcp-match', 'dhcp-vendorclass', 'dhcp-userclass'].includes(at.key)) continue;
    const [setTag = '', ...rest] = splitValue(at.value);
    const what = rest.join(',');
    if (matches(at.key, what, client, vendorClass)) tags.add(setTag.replace(/^(?:set|net):/, ''));
  }
  for (const at of config.files.lines.filter((line) => line.key === 'tag-if')) {
    const parts = splitValue(at.value);
    const wanted = parts.flatMap((part) => /^(?:tag|net):(.*)$/.exec(part)?.[1] ?? []);
    if (!isTagged(wanted, tags)) continue;
    for (const part of parts) if (part.startsWith('set:')) tags.add(part.slice(4));
  }
  return tags;
}

function matches(key: string, what: string, client: LintClient, vendorClass: string): boolean {
  if (key === 'dhcp-userclass') return client.isIpxe && /iPXE|gPXE/i.test(what);
  if (key === 'dhcp-vendorclass') return vendorClass.includes(what.replace(/^enterprise:\d+,/, ''));
  const architectures = /^(?:option:client-arch|93),(.+)$/.exec(what)?.[1];
  if (architectures !== undefined) return architectures.split(',').map(Number).includes(client.architecture);
  if (/^(?:option:)?175\b/.test(what)) return client.isIpxe;
  if (/^(?:option:user-class|77),/.test(what)) return client.isIpxe && /iPXE|gPXE/i.test(what);
  const text = /^(?:option:vendor-class|60),(.+)$/.exec(what)?.[1];
  return text !== undefined && vendorClass.includes(text);
}

function isTagged(wanted: readonly string[], tags: ReadonlySet<string>): boolean {
  return wanted.every((tag) => (tag.startsWith('!') ? !tags.has(tag.slice(1)) : tags.has(tag)));
}

/**
 * The dhcp-boot line that dnsmasq takes for a client: the last one whose tags all fit, else the last one without tags
 * (option.c puts each line before those that it has).
 */
export function bootOf(config: PxeConfig, client: LintClient): DhcpBoot | undefined {
  const tags = tagsOf(config, client);
  const tagged = config.boots.findLast((boot) => boot.tags.length > 0 && isTagged(boot.tags, tags));
  return tagged ?? config.boots.findLast((boot) => boot.tags.length === 0);
}

/** A boot file, and the line that names it. */
export interface LeasedFile {
  readonly file: string;
  readonly at: DhcpBoot['at'];
}

/** What a client of a server that leases addresses is told to load: by dhcp-boot, or by option 67. */
export function leasedFileOf(config: PxeConfig, client: LintClient): LeasedFile | undefined {
  const boot = bootOf(config, client);
  if (boot && boot.file !== '') return boot;
  const tags = tagsOf(config, client);
  const options = config.bootFileOptions.filter((option) => isTagged(option.tags, tags));
  // an option with tags takes the place of one without (option_filter of dnsmasq)
  return options.findLast((option) => option.tags.length > 0) ?? options.at(-1);
}

/**
 * The first file of a client: of its own pxe-service line, else as a server that leases addresses gives it. Undefined
 * where dnsmasq makes a menu of several lines.
 */
export function firstFileOf(config: PxeConfig, client: LintClient): LeasedFile | undefined {
  const tags = tagsOf(config, client);
  const own = config.services.filter(
    (service) => service.architecture === client.architecture && isTagged(service.tags, tags),
  );
  const [service] = own;
  if (service === undefined) return leasedFileOf(config, client);
  if (own.length > 1 || service.file === undefined) return undefined;
  return { file: service.file.includes('.') ? service.file : `${service.file}.0`, at: service.at };
}
