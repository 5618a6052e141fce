import type { Command } from 'commander';
import { buildProgram } from '../../src/cli/main.ts';

/** What is wrong with the options and sub-commands of `words`; undefined when the program knows them all. */
export function mistakeIn(words: readonly string[]): string | undefined {
  let command: Command = buildProgram();
  for (const word of words) {
    const sub = command.commands.find((one) => one.name() === word);
    if (sub !== undefined) command = sub;
    else if (word.startsWith('-')) {
      const known = [command, command.parent, command.parent?.parent];
      const isKnown = known.some((one) =>
        one?.options.some(({ long, short }) => [long, short].includes(word)),
      );
      if (!isKnown && word !== '--help') return `${command.name()} has no ${word}`;
    } else if (
      command.commands.length > 0 &&
      /^[a-z]+$/.test(word) &&
      command.registeredArguments.length === 0
    ) {
      return undefined; // the sentence goes on
    }
  }
  return undefined;
}

/** Programs of a Debian system that steps name, with the package that has each. */
export const DEBIAN_PROGRAMS: Readonly<Record<string, string>> = {
  'apt-get': 'apt',
  arping: 'arping',
  chmod: 'coreutils',
  cp: 'coreutils',
  curl: 'curl',
  dhcpd: 'isc-dhcp-server',
  dnsmasq: 'dnsmasq-base',
  'firewall-cmd': 'firewalld',
  head: 'coreutils',
  ip: 'iproute2',
  iptables: 'iptables',
  'kea-dhcp4': 'kea-dhcp4-server',
  ls: 'coreutils',
  mkdir: 'coreutils',
  nft: 'nftables',
  nginx: 'nginx',
  ps: 'procps',
  restorecon: 'policycoreutils',
  ss: 'iproute2',
  tcpdump: 'tcpdump',
  ufw: 'ufw',
};

/** What is wrong with a command line that a step gives; undefined when all its programs are known. */
export function mistakeInLine(line: string): string | undefined {
  for (const part of line.split(/\s(?:&&|\|)\s/)) {
    const words = part.trim().split(/\s+/);
    if (words[0] === 'sudo') words.shift();
    const [program = '', ...rest] = words;
    if (program === 'pxectl') {
      const [verb = ''] = rest;
      if (!buildProgram().commands.some((one) => one.name() === verb)) return `pxectl has no ${verb}`;
      const mistake = mistakeIn(rest);
      if (mistake !== undefined) return mistake;
    } else if (!Object.hasOwn(DEBIAN_PROGRAMS, program)) return `no package is known to have ${program}`;
  }
  return undefined;
}
