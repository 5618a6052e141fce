import { readFileSync } from 'node:fs';

/** Kinds of systems by the program that installs: of Linux, and Homebrew of macOS; `el` are RHEL and its like, which have less than Fedora. */
export type Family = 'apt' | 'dnf' | 'el' | 'pacman' | 'zypper' | 'apk' | 'nix' | 'brew';

const COMMANDS: Readonly<Record<Family, string>> = {
  apt: 'sudo apt-get install',
  dnf: 'sudo dnf install',
  el: 'sudo dnf install',
  pacman: 'sudo pacman -S',
  zypper: 'sudo zypper install',
  apk: 'sudo apk add',
  nix: 'nix-shell -p',
  brew: 'brew install',
};

/** ID and ID_LIKE of os-release(5), the names that derived systems point at. */
const FAMILY_OF_ID: Readonly<Record<string, Family>> = {
  debian: 'apt',
  ubuntu: 'apt',
  fedora: 'dnf',
  rhel: 'el',
  centos: 'el',
  ol: 'el',
  arch: 'pacman',
  suse: 'zypper',
  opensuse: 'zypper',
  sles: 'zypper',
  alpine: 'apk',
  nixos: 'nix',
  macos: 'brew',
};

/** A package, or what is to be done where none brings the program. */
type Source = string | { readonly instead: string };
type Sources = Readonly<Record<Family, Source>>;

const same = (name: string): Sources => ({
  ...{ apt: name, dnf: name, el: name, pacman: name, zypper: name, apk: name, nix: name, brew: name },
});

/** RHEL builds QEMU for its own virtual machines alone, as /usr/libexec/qemu-kvm. */
const noQemu = { instead: 'RHEL and its like have no package of this QEMU: run it on another Linux' };

/** Packages that bring a program, or firmware for virtual machines, where they are not called like it. */
const PACKAGES: Readonly<Record<string, Sources>> = {
  dnsmasq: { ...same('dnsmasq'), apt: 'dnsmasq-base' },
  nginx: { ...same('nginx'), apt: 'nginx-light' },
  docker: {
    ...{ ...same('docker'), apt: 'docker.io', dnf: 'moby-engine' },
    el: { instead: 'install docker-ce as https://docs.docker.com/engine/install/rhel/ says' },
    // nix-shell brings the client alone
    nix: { instead: 'set virtualisation.docker.enable = true in configuration.nix' },
  },
  ip: { ...same('iproute2'), dnf: 'iproute', el: 'iproute' },
  ss: { ...same('iproute2'), dnf: 'iproute', el: 'iproute' },
  gpgv: { ...same('gnupg'), apt: 'gpgv', dnf: 'gnupg2', el: 'gnupg2', zypper: 'gpg2', apk: 'gpgv' },
  nft: same('nftables'),
  unshare: { ...same('util-linux'), apk: 'util-linux-misc' },
  setpriv: { ...same('util-linux'), apk: 'setpriv' },
  'qemu-system-x86_64': {
    ...{ apt: 'qemu-system-x86', dnf: 'qemu-system-x86', pacman: 'qemu-system-x86' },
    ...{ zypper: 'qemu-x86', apk: 'qemu-system-x86_64', nix: 'qemu', brew: 'qemu', el: noQemu },
  },
  'qemu-system-aarch64': {
    ...{ apt: 'qemu-system-arm', dnf: 'qemu-system-aarch64', pacman: 'qemu-system-aarch64' },
    ...{ zypper: 'qemu-arm', apk: 'qemu-system-aarch64', nix: 'qemu', brew: 'qemu', el: noQemu },
  },
  ovmf: {
    ...{ ...same('edk2-ovmf'), apt: 'ovmf', zypper: 'qemu-ovmf-x86_64' },
    ...{ apk: 'ovmf', nix: 'OVMF', brew: 'qemu' },
  },
  'qemu-efi-aarch64': {
    ...{ apt: 'qemu-efi-aarch64', dnf: 'edk2-aarch64', el: 'edk2-aarch64', pacman: 'edk2-aarch64' },
    ...{ zypper: 'qemu-uefi-aarch64', apk: 'aavmf', nix: 'qemu', brew: 'qemu' },
  },
};

/** The line that installs these programs on this computer; elsewhere, and where there is no package, what is to be done. */
export function installHint(programs: readonly string[], osRelease = readOsRelease()): string {
  const family = familyOf(osRelease);
  if (family === undefined) return `install ${programs.join(', ')} with the packages of this system`;
  const sources = programs.map((program) => (PACKAGES[program] ?? same(program))[family]);
  const packages = new Set(sources.filter((source) => typeof source === 'string'));
  const others = sources.flatMap((source) => (typeof source === 'string' ? [] : source.instead));
  const command = packages.size === 0 ? [] : [`${COMMANDS[family]} ${[...packages].join(' ')}`];
  return [...command, ...new Set(others)].join('; ');
}

/** Which kind of system this is, or the one that it says to be like. */
export function familyOf(osRelease = readOsRelease()): Family | undefined {
  const value = (key: string): string =>
    new RegExp(`^${key}=["']?([^"'\\n]*)`, 'm').exec(osRelease)?.[1]?.toLowerCase() ?? '';
  const ids = [value('ID'), ...value('ID_LIKE').split(/\s+/)];
  // opensuse-tumbleweed, opensuse-leap
  return ids.map((id) => FAMILY_OF_ID[id] ?? FAMILY_OF_ID[id.split('-')[0] ?? '']).find((one) => one);
}

/** os-release(5): the one in /etc wins; empty where there is none. */
function readOsRelease(): string {
  if (process.platform === 'darwin') return 'ID=macos';
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      // not there: the other one
    }
  }
  return '';
}
