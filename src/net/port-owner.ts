import { readdir, readFile, readlink } from 'node:fs/promises';
import { environmentError, PxectlError } from '../model/errors.ts';
import { run } from '../platform/processes.ts';
import { pxectlFolderOf } from './pxectl-owner.ts';
import { ipv4FromBytes, UNSPECIFIED_IPV4, type Ipv4Address } from '../protocol/addresses.ts';

export type PortProtocol = 'udp' | 'tcp';

/** A socket that listens on a port, and who holds it as far as this user may see. */
export interface PortOwner {
  readonly protocol: PortProtocol;
  /** 0.0.0.0 for every address */
  readonly address: Ipv4Address;
  readonly port: number;
  /** the only interface it receives from (SO_BINDTODEVICE), when the `ss` program tells */
  readonly deviceName?: string;
  readonly pid?: number;
  readonly program?: string;
  /** the folder of the pxectl that it belongs to */
  readonly pxectlFolder?: string;
}

/** Who listens on the port, IPv4 and dual-stack IPv6. Empty when nobody does or where there is no /proc. */
export async function findPortOwners(protocol: PortProtocol, port: number): Promise<readonly PortOwner[]> {
  const sockets = await readSockets(protocol, port);
  if (sockets.length === 0) return [];
  const inodes = new Set(sockets.map(({ inode }) => inode));
  const [processes, devices] = await Promise.all([findProcesses(inodes), readDevices(protocol, port)]);
  return sockets.map(({ address, inode }) => {
    const deviceName = devices.get(inode);
    return {
      protocol,
      address,
      port,
      ...(deviceName === undefined ? {} : { deviceName }),
      ...processes.get(inode),
    };
  });
}

/** The owners that keep us from the port on this address of this interface. */
export function conflictingOwners(
  owners: readonly PortOwner[],
  address: Ipv4Address,
  interfaceName?: string,
): readonly PortOwner[] {
  return owners.filter((owner) => {
    if (owner.deviceName !== undefined && interfaceName !== undefined && owner.deviceName !== interfaceName) {
      return false;
    }
    return owner.address === UNSPECIFIED_IPV4 || address === UNSPECIFIED_IPV4 || owner.address === address;
  });
}

/** `dnsmasq (pid 812)`, `the pxectl of /srv/boot (dnsmasq, pid 812)`, or what can be said without the right to look. */
export function describeOwner(owner: PortOwner | undefined): string {
  if (owner?.pid === undefined) return 'another process (run as root to see which)';
  const program = owner.program ?? 'a process';
  return owner.pxectlFolder === undefined
    ? `${program} (pid ${owner.pid})`
    : `the pxectl of ${owner.pxectlFolder} (${program}, pid ${owner.pid})`;
}

/** E_PORT_IN_USE that names the process and what to do about it. */
export function portInUseError(
  protocol: PortProtocol,
  port: number,
  owners: readonly PortOwner[],
  cause?: unknown,
): PxectlError {
  const owner = owners.find(({ pid }) => pid !== undefined) ?? owners[0];
  const how =
    owner?.pid === undefined
      ? `sudo ss -${protocol === 'udp' ? 'u' : 't'}lnp 'sport = :${port}'`
      : `stop it (${stopCommand(owner)}), or let it be and run pxectl on another machine`;
  return environmentError('E_PORT_IN_USE', {
    what: `${protocol.toUpperCase()} port ${port} is taken by ${describeOwner(owner)}`,
    why: 'two servers on one port would each get a part of the packets',
    next: how,
    cause,
    details: { protocol, port, pid: owner?.pid, program: owner?.program },
  });
}

function stopCommand(owner: PortOwner): string {
  if (owner.pxectlFolder !== undefined) return `pxectl --config ${owner.pxectlFolder}/pxectl.yaml down`;
  const services: Readonly<Record<string, string>> = {
    dnsmasq: 'sudo systemctl stop dnsmasq',
    'in.tftpd': 'sudo systemctl stop tftpd-hpa',
    atftpd: 'sudo systemctl stop atftpd',
    dhcpd: 'sudo systemctl stop isc-dhcp-server',
    nginx: 'sudo systemctl stop nginx',
  };
  return services[owner.program ?? ''] ?? `ps -fp ${owner.pid} says what it is and who started it`;
}

interface ListeningSocket {
  readonly address: Ipv4Address;
  readonly inode: string;
}

async function readSockets(protocol: PortProtocol, port: number): Promise<readonly ListeningSocket[]> {
  const texts = await Promise.all(
    [protocol, `${protocol}6`].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  return texts.flatMap((text) => parseSockets(text, protocol, port));
}

/** Reads the text of /proc/net/{udp,tcp}{,6}; addresses there are hex words in host (little-endian) byte order. */
export function parseSockets(text: string, protocol: PortProtocol, port: number): readonly ListeningSocket[] {
  const listening = protocol === 'tcp' ? '0A' : '07';
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const columns = line.trim().split(/\s+/);
      const [hexAddress = '', hexPort = ''] = (columns[1] ?? '').split(':');
      const inode = columns[9];
      if (inode === undefined || Number.parseInt(hexPort, 16) !== port || columns[3] !== listening) return [];
      // of an IPv6 address the last word is the IPv4 one: all zero for `::`, which takes IPv4 as well
      const address = ipv4FromBytes(Buffer.from(hexAddress.slice(-8), 'hex').reverse());
      return [{ address, inode }];
    });
}

type OwningProcess = Required<Pick<PortOwner, 'pid' | 'program'>> & Pick<PortOwner, 'pxectlFolder'>;

/** pid and program by socket inode. Processes of other users cannot be read without root and are left out. */
async function findProcesses(inodes: ReadonlySet<string>): Promise<ReadonlyMap<string, OwningProcess>> {
  const found = new Map<string, OwningProcess>();
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode === undefined || !inodes.has(inode) || found.has(inode)) continue;
      const program = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
      const pxectlFolder = await pxectlFolderOf(Number(pid));
      found.set(inode, {
        pid: Number(pid),
        program: program === '' ? 'unknown' : program,
        ...(pxectlFolder === undefined ? {} : { pxectlFolder }),
      });
      if (found.size === inodes.size) return found;
    }
  }
  return found;
}

/** Device by socket inode out of `ss`, the only place that tells SO_BINDTODEVICE; empty without that program. */
async function readDevices(protocol: PortProtocol, port: number): Promise<ReadonlyMap<string, string>> {
  const flags = protocol === 'udp' ? '-Huane' : '-Htlne';
  try {
    const { stdout } = await run('ss', [flags, `sport = :${port}`], { timeoutMs: 5000 });
    const devices = new Map<string, string>();
    for (const line of stdout.split('\n')) {
      const device = /%([^\s:%]+):\d+\s/.exec(line)?.[1];
      const inode = /\bino:(\d+)/.exec(line)?.[1];
      if (device !== undefined && inode !== undefined) devices.set(inode, device);
    }
    return devices;
  } catch (error) {
    if (error instanceof PxectlError) return new Map();
    throw error;
  }
}
