import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { familyOf, installHint } from '../../../src/platform/install-hint.ts';

it.each([
  ['ID=debian\nVERSION_ID="12"', 'sudo apt-get install dnsmasq-base iproute2'],
  ['NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"', 'sudo apt-get install dnsmasq-base iproute2'],
  ['ID=fedora', 'sudo dnf install dnsmasq iproute'],
  ['ID="rocky"\nID_LIKE="rhel centos fedora"', 'sudo dnf install dnsmasq iproute'],
  ['ID=arch', 'sudo pacman -S dnsmasq iproute2'],
  ["ID='manjaro'\nID_LIKE='arch'", 'sudo pacman -S dnsmasq iproute2'],
  ['ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"', 'sudo zypper install dnsmasq iproute2'],
  ['ID="sles"', 'sudo zypper install dnsmasq iproute2'],
  ['ID=alpine', 'sudo apk add dnsmasq iproute2'],
  ['ID=nixos', 'nix-shell -p dnsmasq iproute2'],
  ['ID=void', 'install dnsmasq, ip with the packages of this system'],
  ['', 'install dnsmasq, ip with the packages of this system'],
])('a system that says %j', (osRelease, hint) => {
  expect(installHint(['dnsmasq', 'ip'], osRelease)).toBe(hint);
});

it('a package that brings several is named once, and a program like its package needs no line', () => {
  expect(installHint(['unshare', 'setpriv', 'tcpdump'], 'ID=fedora')).toBe(
    'sudo dnf install util-linux tcpdump',
  );
  expect(installHint(['qemu-system-x86_64', 'ovmf'], 'ID=nixos')).toBe('nix-shell -p qemu OVMF');
  expect(installHint(['unshare', 'setpriv'], 'ID=alpine')).toBe('sudo apk add util-linux-misc setpriv');
  expect(familyOf('ID_LIKE=debian\nID=x')).toBe('apt');
});

it('what no package brings is told in words', () => {
  const rocky = 'ID="rocky"\nID_LIKE="rhel centos fedora"';
  expect(installHint(['docker'], rocky)).toMatch(/^install docker-ce as https:/);
  expect(installHint(['qemu-system-x86_64', 'tcpdump'], rocky)).toMatch(
    /^sudo dnf install tcpdump; RHEL and its like have no package of this QEMU/,
  );
  expect(installHint(['docker'], 'ID=nixos')).toContain('virtualisation.docker.enable = true');
});

/** Packages of Debian that pxectl reads, and computers whose logs doctor is given, which say which system they mean. */
const OF_DEBIAN = [
  'doctor/analyse/rules/answer-rules.ts',
  'doctor/checks/file-checks.ts',
  'doctor/lint/rules/service-rules.ts',
  'images/dpkg-package.ts',
  'images/loaders/fetch-loaders.ts',
  'platform/install-hint.ts',
];

it('everybody else takes the line from there', () => {
  const source = join(import.meta.dirname, '../../../src');
  const found = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .filter((name) => /apt(?:-get)? install/.test(readFileSync(join(source, name), 'utf8')));
  expect(found.toSorted()).toEqual(OF_DEBIAN);
});
