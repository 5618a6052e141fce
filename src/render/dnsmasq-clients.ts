import type { Config } from '../model/config.ts';
import { servedNetworks } from '../model/served-networks.ts';
import { platformOfArchitecture } from '../plan/firmware-of.ts';
import type { MatchingProfile } from '../plan/match-profile.ts';
import { isSameNetwork, type Ipv4Network } from '../protocol/addresses.ts';
import { uuidForms } from '../protocol/uuid-order.ts';
import { KNOWN_ARCHITECTURES, type AnswerGroup } from './answer-groups.ts';
import { quoteWord } from './quoting.ts';

/**
 * One network whose clients are told apart from those of the others, with its tags; `tag` alone is dnsmasq's, set by the
 * range that a client is in.
 */
export interface TaggedNetwork {
  readonly network: Ipv4Network;
  readonly tag: string;
  /** set for clients of this network that get no answer */
  readonly silentTag: string;
}

/**
 * The networks, where profiles take clients by them; none where there is nothing to tell apart. dnsmasq knows the network of a
 * client only after it looked at dhcp-ignore: who shall get no answer there is kept out of the range instead.
 */
export function taggedNetworks(
  config: Pick<Config, 'network'>,
  groups: readonly AnswerGroup[],
): readonly TaggedNetwork[] {
  const networks = servedNetworks(config.network);
  const isAsked = groups.some(({ profiles }) => profiles.some(({ match }) => match.subnets.length > 0));
  if (!isAsked || networks.length === 1) return [];
  return networks.map((network, index) => ({
    ...{ network, tag: `net-${index}`, silentTag: `silent-${index}` },
  }));
}

/** Tags under which a group of answers holds: its own, or for the default none of the others. */
export function tagsOfGroup(
  group: AnswerGroup,
  groups: readonly AnswerGroup[],
  network?: TaggedNetwork,
): string[] {
  const name = ({ tag }: AnswerGroup): string => (network === undefined ? tag : `${tag}-${network.tag}`);
  if (group.tag !== '') return [name(group)];
  return groups.filter(({ tag }) => tag !== '').map((other) => `!${name(other)}`);
}

/** A condition as dnsmasq writes it: `tag:a,tag:!b`. */
export function tagList(...tags: readonly string[]): string {
  return tags.map((tag) => `tag:${tag}`).join(',');
}

const tagIf = (set: string, ...when: readonly string[]): string => `tag-if=set:${set},${tagList(...when)}`;

/** Which group a machine is in: by its MAC, and only where no MAC is known by its UUID. */
export function machineLines(groups: readonly AnswerGroup[]): string[] {
  const hasProfiles = groups.some(({ profiles }) => profiles.length > 0);
  const hasUuids = groups.some(({ machines }) => machines.some(({ uuid }) => uuid !== undefined));
  const raw: string[] = [];
  const used = new Set<string>();
  for (const [index, { machines, tag }] of groups.entries()) {
    for (const { name, mac, uuid } of machines) {
      // whoever gets the default needs a line only where something else would take him
      const lines = [
        ...(mac === undefined || (tag === '' && !hasUuids && !hasProfiles)
          ? []
          : [{ set: `mac-${index}`, line: `dhcp-mac=set:mac-${index},${mac}` }]),
        ...(uuid === undefined || (tag === '' && !hasProfiles)
          ? []
          : uuidForms(uuid).map((form) => ({
              set: `uuid-${index}`,
              line: `dhcp-match=set:uuid-${index},97,00:${colonBytes(form)}`,
            }))),
      ];
      if (lines.length === 0) continue;
      for (const { set } of lines) used.add(set);
      raw.push(`# ${name}`, ...lines.map(({ line }) => line));
    }
  }
  const marks = [...used];
  const byUuid = marks.filter((mark) => mark.startsWith('uuid-'));
  const byMac = marks.filter((mark) => mark.startsWith('mac-'));
  const conditions = groups.flatMap(({ tag }, index) => [
    ...(tag !== '' && used.has(`mac-${index}`) ? [tagIf(tag, `mac-${index}`)] : []),
    ...(tag !== '' && used.has(`uuid-${index}`) ? [tagIf(tag, `uuid-${index}`, '!by-mac')] : []),
  ]);
  return [
    ...raw,
    ...(byUuid.length === 0 ? [] : byMac.map((mark) => tagIf('by-mac', mark))),
    ...conditions,
    ...(hasProfiles ? marks.map((mark) => tagIf('listed', mark)) : []),
  ];
}

/** `52:50:69` for hex digits with or without hyphens. */
export function colonBytes(hex: string): string {
  return hex.replaceAll('-', '').replace(/(..)(?!$)/g, '$1:');
}

const MAC_BYTES = 6;

/** Which profile takes a client that is no machine: of those that may, the first. */
export function profileLines(
  profiles: readonly MatchingProfile[],
  groups: readonly AnswerGroup[],
  networks: readonly TaggedNetwork[],
): string[] {
  const lines: string[] = [];
  const conditionsOf = new Map<string, string[]>();
  for (const [index, { name, match }] of profiles.entries()) {
    const tag = `match-${index + 1}`;
    lines.push(`# ${name}`);
    for (const prefix of match.macPrefixes) {
      const stars = Array<string>(MAC_BYTES - prefix.split(':').length).fill('*');
      lines.push(`dhcp-mac=set:${tag}-mac,${[prefix, ...stars].join(':')}`);
    }
    for (const part of match.vendorClasses) {
      lines.push(`dhcp-vendorclass=set:${tag}-class,${quoteWord(part, 'dnsmasq')}`);
    }
    for (const code of KNOWN_ARCHITECTURES) {
      const platform = platformOfArchitecture(code);
      if (platform === undefined || !match.architectures.includes(platform)) continue;
      lines.push(tagIf(`${tag}-arch`, `arch-${code}`));
    }
    conditionsOf.set(name, [
      ...(match.macPrefixes.length === 0 ? [] : [`${tag}-mac`]),
      ...(match.vendorClasses.length === 0 ? [] : [`${tag}-class`]),
      ...(match.architectures.length === 0 ? [] : [`${tag}-arch`]),
    ]);
  }
  const groupOf = (profile: MatchingProfile): AnswerGroup | undefined =>
    groups.find((group) => group.profiles.includes(profile));
  for (const network of networks.length === 0 ? [undefined] : networks) {
    const suffix = network === undefined ? '' : `-${network.tag}`;
    if (network !== undefined) {
      lines.push(...groups.flatMap(({ tag }) => (tag === '' ? [] : [tagIf(`${tag}${suffix}`, tag)])));
    }
    for (const [index, profile] of profiles.entries()) {
      const { subnets } = profile.match;
      if (
        network !== undefined &&
        subnets.length > 0 &&
        !subnets.some((one) => isSameNetwork(one, network.network))
      ) {
        continue;
      }
      const take = `take-${index + 1}${suffix}`;
      const tag = groupOf(profile)?.tag ?? '';
      lines.push(
        tagIf(take, '!listed', `!taken${suffix}`, ...(conditionsOf.get(profile.name) ?? [])),
        tagIf(`taken${suffix}`, take),
        tagIf(`${tag}${suffix}`, take),
        ...(network === undefined ? [] : [tagIf(tag, network.tag, take)]),
      );
    }
  }
  return lines;
}
