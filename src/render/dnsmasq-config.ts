import { type BootContext, httpBaseUrl } from '../model/boot-context.ts';
import { servedNetworks } from '../model/served-networks.ts';
import { stateLayout } from '../model/state-layout.ts';
import { netmaskOf } from '../protocol/addresses.ts';
import { RASPBERRY_PI_PREFIXES, RASPBERRY_PI_UUID_PREFIX } from '../plan/firmware-of.ts';
import { reservedAddresses } from '../plan/reserved-addresses.ts';
import { matchingProfiles } from '../plan/match-profile.ts';
import {
  type AnswerGroup,
  answerGroups,
  CLIENT_KINDS,
  type ClientKind,
  type GroupAnswer,
  KNOWN_ARCHITECTURES,
} from './answer-groups.ts';
import {
  colonBytes,
  machineLines,
  profileLines,
  tagList,
  taggedNetworks,
  type TaggedNetwork,
  tagsOfGroup,
} from './dnsmasq-clients.ts';
import { quoteWord } from './quoting.ts';
import { fillTemplate, type ReadTemplate } from './template-engine.ts';

export interface DnsmasqOptions {
  /** the state folder, absolute */
  readonly stateRoot: string;
  /** the program that will read it, `2.90`; none: one that knows every option used here */
  readonly version?: string;
  /** where its lease file lies, as it sees it; default: below run/ */
  readonly leaseFolder?: string;
  /** user it drops to; none: its own default */
  readonly user?: string;
  /** file through which a running pxectl keeps addresses for whom they were offered to; absolute, as dnsmasq sees it */
  readonly offersFile?: string;
}

interface Section {
  readonly comment: string;
  readonly lines: readonly string[];
}

/** dnsmasq wants two descriptors for each, of the 1024 that a process has everywhere */
const MAX_TFTP_TRANSFERS = 400;
/** First versions with the options that older ones refuse to start with (CHANGELOG of dnsmasq). */
const SINCE = { dhcpPxeVendor: [2, 83], dhcpIgnoreClid: [2, 81] } as const;

/** `run/dnsmasq.conf`: planBoot's answers, compiled into tags. Tag sets exclude each other: of two that match, the last counts. */
export function renderDnsmasqConfig(
  context: BootContext,
  readTemplate: ReadTemplate,
  options: DnsmasqOptions,
): string {
  const { network } = context.config;
  const groups = answerGroups(context);
  const networks = taggedNetworks(context.config, groups);
  const profiles = matchingProfiles(context.config);
  const sections: Section[] = [
    serverSection(context, options),
    classifySection(options),
    { comment: 'machines whose answer differs from the default', lines: machineLines(groups) },
    {
      comment: 'profiles that take clients which are no machine: the first of them',
      lines: profileLines(profiles, groups, networks),
    },
    refusalSection(context, groups, networks),
    leaseSection(context, options, networks),
    answerSection(context, groups),
  ];
  return fillTemplate(readTemplate('dnsmasq.conf.hbs'), {
    title: `pxectl: ${network.mode} mode on ${network.interface}, ${httpBaseUrl(context.config)}`,
    sections: sections.filter((section) => section.lines.length > 0),
  });
}

function isSince(version: string | undefined, [major, minor]: readonly [number, number]): boolean {
  const [, foundMajor, foundMinor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  if (foundMajor === undefined || foundMinor === undefined) return true;
  return Number(foundMajor) > major || (Number(foundMajor) === major && Number(foundMinor) >= minor);
}

const word = (text: string): string => quoteWord(text, 'dnsmasq');

function serverSection(context: BootContext, options: DnsmasqOptions): Section {
  const layout = stateLayout(options.stateRoot);
  return {
    comment: 'no DNS, one interface, files from the serve folder alone',
    lines: [
      'port=0',
      `interface=${word(context.config.network.interface)}`,
      'except-interface=lo',
      'bind-dynamic',
      'log-dhcp',
      'log-facility=-',
      ...(options.user === undefined ? [] : [`user=${word(options.user)}`]),
      `dhcp-leasefile=${pathText(`${options.leaseFolder ?? `${layout.run}/dnsmasq`}/dnsmasq.leases`)}`,
      'enable-tftp',
      `tftp-root=${pathText(layout.tftpRoot)}`,
      // each transfer from a port of its own: from port 69 alone, blind ACKs would have a whole file sent to a forged address
      '# its own bound of 50 is taken by one host that asks and never answers',
      `tftp-max=${MAX_TFTP_TRANSFERS}`,
      '# names and addresses stay in the header: shim and old ROMs read nothing else',
      'dhcp-no-override',
    ],
  };
}

/** dnsmasq takes the rest of the line as the path: spaces are fine there, commas are not (tftp-root takes an interface). */
function pathText(path: string): string {
  word(path.replaceAll(' ', ''));
  return path;
}

function classifySection(options: DnsmasqOptions): Section {
  return {
    comment: 'who is asking',
    lines: [
      ...(isSince(options.version, SINCE.dhcpPxeVendor) ? ['dhcp-pxe-vendor=PXEClient,HTTPClient'] : []),
      'dhcp-vendorclass=set:netboot,PXEClient',
      'dhcp-vendorclass=set:netboot,HTTPClient',
      'dhcp-vendorclass=set:http,HTTPClient',
      'dhcp-match=set:ipxe,175',
      'dhcp-userclass=set:ipxe,iPXE',
      '# the first of several: pxe-service knows no other, and would name no file for a second one',
      ...KNOWN_ARCHITECTURES.map(
        (code) => `dhcp-match=set:arch-${code},93,${colonBytes(code.toString(16).padStart(4, '0'))}`,
      ),
      ...RASPBERRY_PI_PREFIXES.map((prefix) => `dhcp-mac=set:raspberry-pi,${prefix}:*:*:*`),
      `dhcp-match=set:raspberry-pi,97,00:${colonBytes(RASPBERRY_PI_UUID_PREFIX)}`,
      // in the packet of a UEFI HTTP client the architecture may still be that of its PXE stack
      'tag-if=set:http-x64,tag:arch-16,tag:!ipxe',
      'tag-if=set:http-x64,tag:http,tag:arch-7,tag:!ipxe',
      'tag-if=set:http-x64,tag:http,tag:arch-9,tag:!ipxe',
      'tag-if=set:http-arm64,tag:arch-19,tag:!ipxe',
      'tag-if=set:http-arm64,tag:http,tag:arch-11,tag:!ipxe',
    ],
  };
}

interface Case {
  /** none when all get the same answer */
  readonly group?: AnswerGroup;
  readonly answer: GroupAnswer;
}

/** The answers to one kind of client, each with the group of clients that gets it. */
function casesOf(kind: ClientKind, groups: readonly AnswerGroup[]): Case[] {
  const cases = groups.flatMap((group): Case[] => {
    const answer = group.answers.get(kind.name);
    return answer === undefined ? [] : [{ group, answer }];
  });
  const [first] = cases;
  const isSame = cases.every(({ answer }) => JSON.stringify(answer) === JSON.stringify(first?.answer));
  return first !== undefined && isSame ? [{ answer: first.answer }] : cases;
}

/** Clients that get no answer at all: an answer with an empty file name is what PXE-E21 is made of. */
function refusalSection(
  context: BootContext,
  groups: readonly AnswerGroup[],
  networks: readonly TaggedNetwork[],
): Section {
  const unknown = ['netboot', '!ipxe', ...KNOWN_ARCHITECTURES.map((code) => `!arch-${code}`)];
  const lines = [
    `dhcp-ignore=${tagList(...unknown)}`,
    'dhcp-ignore=tag:raspberry-pi,tag:arch-0,tag:!ipxe',
    ...(context.config.network.mode === 'pxe-only' ? ['dhcp-ignore=tag:!netboot'] : []),
  ];
  for (const kind of CLIENT_KINDS) {
    for (const { group, answer } of casesOf(kind, groups)) {
      if (answer.action !== 'ignore') continue;
      lines.push(`# ${kind.name}: ${answer.reason}`);
      if (group === undefined || networks.length === 0) {
        const tags = group === undefined ? [] : tagsOfGroup(group, groups);
        lines.push(`dhcp-ignore=${tagList('netboot', ...tags, ...kind.tags)}`);
        continue;
      }
      for (const network of networks) {
        const tags = tagList('netboot', ...tagsOfGroup(group, groups, network), ...kind.tags);
        lines.push(`tag-if=set:${network.silentTag},${tags}`);
      }
    }
  }
  return {
    comment: 'no answer: unknown architectures, missing loaders, and who is left to its own disk',
    lines,
  };
}

function leaseSection(
  context: BootContext,
  options: DnsmasqOptions,
  networks: readonly TaggedNetwork[],
): Section {
  const { prefix, mode, range, router, nameServers } = context.config.network;
  const netmask = netmaskOf(prefix);
  if (mode === 'proxy' || range === undefined) {
    const comment = 'boot information only: the address comes from the router';
    const lines = servedNetworks(context.config.network).map((net, index) => {
      const tagged = networks[index];
      const tags = tagged === undefined ? '' : `tag:!${tagged.silentTag},set:${tagged.tag},`;
      return `dhcp-range=${tags}${net.network},proxy,${netmaskOf(net.prefix)}`;
    });
    return { comment, lines };
  }
  const isFull = mode === 'full';
  const httpKinds = CLIENT_KINDS.filter((kind) => kind.isHttp);
  return {
    comment: isFull
      ? 'addresses for everyone: there is no other DHCP server'
      : 'short leases for PXE clients alone',
    lines: [
      isFull
        ? `dhcp-range=${range.first},${range.last},${netmask},10m`
        : `dhcp-range=tag:netboot,${range.first},${range.last},${netmask},10m`,
      ...(isFull ? ['dhcp-authoritative'] : []),
      '# each configured machine has an address of its own: dnsmasq does not remember whom it has offered one',
      ...Array.from(reservedAddresses(context.config), ([mac, reserved]) => `dhcp-host=${mac},${reserved}`),
      ...(options.offersFile === undefined ? [] : [`dhcp-hostsfile=${pathText(options.offersFile)}`]),
      ...(isSince(options.version, SINCE.dhcpIgnoreClid)
        ? [
            '# firmware, iPXE and the installer call themselves differently: the card counts',
            'dhcp-ignore-clid',
          ]
        : []),
      '# a probe before each offer takes seconds in which iPXE chooses the router, and the range is ours alone',
      'no-ping',
      "# iPXE takes the first of equal offers, often the router's, which boots nothing: this one is worth more to it",
      'dhcp-option-force=tag:ipxe,encap:175,1,27',
      ...(router === undefined
        ? ['# this server is no router', 'dhcp-option=3']
        : [`dhcp-option-force=3,${router}`]),
      // firmware that asks for neither hands its lease on to an installer that needs them
      ...(nameServers === undefined ? [] : [`dhcp-option-force=6,${nameServers.slice(0, 3).join(',')}`]),
      ...httpKinds.map((kind) => `dhcp-option-force=${tagList(...kind.tags)},60,HTTPClient`),
    ],
  };
}

function answerSection(context: BootContext, groups: readonly AnswerGroup[]): Section {
  const { address, mode } = context.config.network;
  const lines: string[] = [];
  for (const kind of CLIENT_KINDS) {
    for (const { group, answer } of casesOf(kind, groups)) {
      if (answer.action !== 'boot') continue;
      const tags = group === undefined ? [] : tagsOfGroup(group, groups);
      const file = word(answer.bootFile);
      lines.push(
        mode === 'proxy' && kind.service !== undefined
          ? `pxe-service=${tagList(...tags, '!ipxe', '!http')},${kind.service},"pxectl",${file}`
          : `dhcp-boot=${tagList(...tags, ...kind.tags)},${file},,${address}`,
      );
    }
  }
  if (mode === 'proxy' && !lines.some((line) => line.startsWith('pxe-service='))) {
    lines.push(
      '# never matches; without any pxe-service dnsmasq answers no PXE client',
      'pxe-service=tag:never,x86PC,"pxectl",0',
    );
  }
  return { comment: 'what they get; the address is written out, or iPXE finds nothing to boot', lines };
}
