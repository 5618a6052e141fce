import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, version } from './project.ts';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly description: string;
  readonly license: string;
};

/** What every kind of package says of pxectl: one table for .deb, .rpm and the OCI image. */
export const PACKAGE = {
  name: 'pxectl',
  version,
  /** of the package, where the program is the same */
  revision: '1',
  licence: manifest.license,
  authors: 'The pxectl authors',
  maintainer: 'The pxectl authors <maintainers@pxectl.example>',
  summary: 'boots machines on a LAN over the network',
  description: manifest.description,
} as const;

/** The same machine in the words of Node, Debian, RPM and containers. */
export const ARCHITECTURES = [
  { node: 'x64', deb: 'amd64', rpm: 'x86_64', oci: 'amd64' },
  { node: 'arm64', deb: 'arm64', rpm: 'aarch64', oci: 'arm64' },
] as const;
export type PackageArchitecture = (typeof ARCHITECTURES)[number];

/** Below this the executable does not start: what Node's own build asks for. */
export const NEEDED_LIBRARIES = { libc6: '2.28', 'libgcc-s1': '3.4', 'libstdc++6': '9' } as const;

/** Nothing of these is needed: `pxectl` says so where one would help. */
export const RECOMMENDED = ['iproute2', 'gpgv'] as const;
export const SUGGESTED = [
  ...['dnsmasq-base', 'nginx-light', 'docker.io', 'zstd', 'tcpdump', 'nftables'],
  ...['ipxe', 'pxelinux', 'syslinux-common', 'shim-signed', 'grub-efi-amd64-signed'],
  ...['qemu-system-x86', 'ovmf', 'ipxe-qemu'],
] as const;

/** The account that the service runs as, and its two folders. */
export const SERVICE = {
  user: 'pxectl',
  configFolder: '/etc/pxectl',
  stateFolder: '/var/lib/pxectl',
} as const;

/** What a package is made of. */
export interface PackageParts {
  /** the single executable */
  readonly executable: string;
  /** what the licences ask to go with it: a file */
  readonly licences: string;
  /** that every file gets, so that the same commit gives the same bytes */
  readonly date: Date;
}
