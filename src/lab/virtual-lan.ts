import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentError } from '../model/errors.ts';
import { identityOf } from '../platform/process-identity.ts';
import { start, type LongRunning, type StartOptions } from '../platform/long-running.ts';
import { run, runOrThrow, type ProcessResult, type RunOptions } from '../platform/processes.ts';
import { claimLabFolder, sweepLabs, tearDownLab, writeLabRecord, type LabRecord } from './lab-record.ts';
import { createNamespace, ipIn, namespaceName, newLabId } from './namespaces.ts';
import { startRouterDhcp, type RouterOptions } from './router-dhcp.ts';

/** Addresses of the virtual LAN, those of reference set-ups: a home network with its router at .1. */
export const LAN = {
  serverInterface: 'br0',
  serverAddress: '192.168.1.50',
  routerAddress: '192.168.1.1',
  clientAddress: '192.168.1.60',
  prefix: 24,
} as const;

export interface VirtualLanOptions {
  /** six hex digits for the namespaces' names; default: random */
  readonly id?: string;
  /** where lab.json, logs and leases go; default: a folder of its own below the system's temporary folder */
  readonly folder?: string;
  /** `false`: no router and so no DHCP server at all */
  readonly router?: false | RouterOptions;
  /** give the client namespace 192.168.1.60 (default true); false for clients that ask DHCP */
  readonly clientAddress?: boolean;
}

/** A namespace of the LAN: the three that are always there, or one made by `addHost`. */
export type LanHost = 'lan' | 'router' | 'client' | (string & { readonly __extra?: never });

/** A whole LAN in network namespaces: nothing of it touches the machine's own network. */
export interface VirtualLan {
  readonly id: string;
  readonly folder: string;
  /** the name of a host's namespace, for `ip netns exec` */
  namespaceOf(host: LanHost): string;
  /** runs a program to its end inside a host; a non-zero exit is a result */
  execIn(host: LanHost, file: string, args: readonly string[], options?: RunOptions): Promise<ProcessResult>;
  /** starts a program inside a host; `destroy` ends it */
  startIn(host: LanHost, file: string, args: readonly string[], options?: StartOptions): Promise<LongRunning>;
  /** a tap interface on the bridge for a virtual machine that runs inside `lan` */
  addTap(name: string): Promise<string>;
  /** one more host on the bridge, its interface `eth0`; without an address it may ask DHCP itself */
  addHost(name: string, address?: string): Promise<string>;
  /** adds nftables rules inside a host, for example `udp dport 4011 drop` on `input` or `output` */
  addFirewallRule(host: LanHost, hook: 'input' | 'output', rule: string): Promise<void>;
  /** writes every packet on the bridge to a pcap file until `stop`; extra arguments go to tcpdump */
  capture(file: string, extraArguments?: readonly string[]): Promise<{ stop(): Promise<void> }>;
  /** ends every process in it and removes the namespaces; idempotent */
  destroy(): Promise<void>;
}

/**
 * Where every virtual LAN is on record besides its own folder, so that it can be taken away when that folder is gone;
 * LANs without a folder of their own keep their files here. Root alone writes below /run: nobody can plant a record.
 */
export const defaultLabRoot = '/run/pxectl-lab';

/**
 * Makes the LAN: `lan` (bridge br0, 192.168.1.50), `router` (192.168.1.1, a real DHCP server that knows nothing of
 * PXE) and `client` (192.168.1.60). First it takes away what dead runs left.
 * @throws PxectlError E_PRIVILEGE without root, E_TOOL_MISSING, E_LAB when the router's DHCP server does not start
 */
export async function createVirtualLan(options: VirtualLanOptions = {}): Promise<VirtualLan> {
  const id = options.id ?? newLabId();
  const isTemporary = options.folder === undefined;
  requireRoot();
  await sweepLabs(defaultLabRoot);
  const folder = options.folder ?? join(defaultLabRoot, id);
  const lan = new NamespaceLan(folder, isTemporary, await claimLabFolder(folder, id));
  try {
    await lan.build(options);
  } catch (error) {
    await lan.destroy();
    throw error;
  }
  return lan;
}

function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw environmentError('E_PRIVILEGE', {
    what: 'a virtual LAN needs root',
    why: 'it is made of network namespaces, bridges and taps',
    next: 'sudo pxectl lab run',
  });
}

/** Output that nobody listens to is dropped; here the first lines wait until the caller had time to listen. */
function keepEarlyLines(program: LongRunning): LongRunning {
  const early: [string, 'stdout' | 'stderr'][] = [];
  const listeners: ((line: string, stream: 'stdout' | 'stderr') => void)[] = [];
  program.onLine((line, stream) => {
    if (listeners.length === 0 && early.length < 1000) early.push([line, stream]);
    for (const listener of listeners) listener(line, stream);
  });
  return {
    ...program,
    onLine(listener) {
      for (const [line, stream] of early.splice(0)) listener(line, stream);
      listeners.push(listener);
    },
  };
}

class NamespaceLan implements VirtualLan {
  #record: LabRecord;
  #isDestroyed = false;
  readonly #firewalled = new Set<string>();

  readonly id: string;

  constructor(
    readonly folder: string,
    private readonly isTemporary: boolean,
    record: LabRecord,
  ) {
    this.id = record.id;
    this.#record = record;
  }

  async build(options: VirtualLanOptions): Promise<void> {
    await this.#addNamespace('lan');
    const lan = this.namespaceOf('lan');
    const bridge = LAN.serverInterface;
    // without an address of its own a bridge changes its MAC whenever a port joins, and ARP caches go stale
    await ipIn(lan, ['link', 'add', bridge, 'address', '02:50:58:45:00:50', 'type', 'bridge']);
    await ipIn(lan, ['link', 'set', bridge, 'type', 'bridge', 'stp_state', '0', 'mcast_snooping', '0']);
    await ipIn(lan, ['address', 'add', `${LAN.serverAddress}/${LAN.prefix}`, 'dev', bridge]);
    await ipIn(lan, ['link', 'set', bridge, 'up']);
    await this.addHost('client', options.clientAddress === false ? undefined : LAN.clientAddress);
    await this.addHost('router', options.router === false ? undefined : LAN.routerAddress);
    if (options.router === false) return;
    await startRouterDhcp(
      { folder: this.folder, start: (file, args) => this.startIn('router', file, args) },
      options.router ?? {},
    );
  }

  namespaceOf(host: LanHost): string {
    return namespaceName(this.id, host);
  }

  async execIn(
    host: LanHost,
    file: string,
    args: readonly string[],
    options: RunOptions = {},
  ): Promise<ProcessResult> {
    return run('ip', ['netns', 'exec', this.namespaceOf(host), file, ...args], options);
  }

  async startIn(
    host: LanHost,
    file: string,
    args: readonly string[],
    options: StartOptions = {},
  ): Promise<LongRunning> {
    const program = keepEarlyLines(
      start('ip', ['netns', 'exec', this.namespaceOf(host), file, ...args], options),
    );
    // ip replaces itself with the program: the pid and its start time stay
    const identity = await identityOf(program.pid);
    if (identity !== undefined) {
      const processes = [...this.#record.processes, { ...identity, name: file.split('/').pop() ?? file }];
      await this.#remember({ ...this.#record, processes });
    }
    return program;
  }

  async addTap(name: string): Promise<string> {
    const lan = this.namespaceOf('lan');
    await ipIn(lan, ['tuntap', 'add', name, 'mode', 'tap']);
    await ipIn(lan, ['link', 'set', name, 'master', LAN.serverInterface, 'up']);
    return name;
  }

  async addHost(name: string, address?: string): Promise<string> {
    await this.#addNamespace(name);
    const [lan, host] = [this.namespaceOf('lan'), this.namespaceOf(name)];
    const port = `v-${name}`.slice(0, 15);
    await ipIn(lan, ['link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', host]);
    await ipIn(lan, ['link', 'set', port, 'master', LAN.serverInterface, 'up']);
    if (address !== undefined)
      await ipIn(host, ['address', 'add', `${address}/${LAN.prefix}`, 'dev', 'eth0']);
    await ipIn(host, ['link', 'set', 'eth0', 'up']);
    return host;
  }

  async addFirewallRule(host: LanHost, hook: 'input' | 'output', rule: string): Promise<void> {
    const inHost = ['netns', 'exec', this.namespaceOf(host), 'nft'];
    const chain = `${host}-${hook}`;
    if (!this.#firewalled.has(chain)) {
      await runOrThrow('ip', [...inHost, 'add', 'table', 'inet', 'pxelab']);
      const hookText = `{ type filter hook ${hook} priority 0 ; }`;
      await runOrThrow('ip', [...inHost, `add chain inet pxelab ${hook} ${hookText}`]);
      this.#firewalled.add(chain);
    }
    await runOrThrow('ip', [...inHost, `add rule inet pxelab ${hook} ${rule}`]);
  }

  async capture(file: string, extraArguments: readonly string[] = []): Promise<{ stop(): Promise<void> }> {
    // 32 MiB of buffer: with the default a busy machine loses packets of fast transfers
    const buffer = ['-U', '--immediate-mode', '-B', '32768', '-s', '0'];
    const options = ['-i', LAN.serverInterface, ...buffer, '-Z', 'root', '-w', file];
    const tcpdump = await this.startIn('lan', 'tcpdump', [...options, ...extraArguments]);
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void =>
        reject(environmentError('E_TOOL_FAILED', { what: 'tcpdump does not capture', why }));
      const timer = setTimeout(() => fail('it did not begin within 15 s'), 15_000);
      const words: string[] = [];
      tcpdump.onLine((line) => {
        words.push(line);
        if (!line.includes('listening on')) return;
        clearTimeout(timer);
        resolve();
      });
      void tcpdump.ended.then(() => {
        clearTimeout(timer);
        fail(words.slice(-2).join(' | '));
      });
    });
    return {
      stop: async () => {
        // packets that the kernel still holds reach the file only with tcpdump's next read
        await new Promise((resolve) => setTimeout(resolve, 300));
        tcpdump.kill('SIGINT');
        await tcpdump.ended;
      },
    };
  }

  async destroy(): Promise<void> {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    await tearDownLab(this.folder, this.#record);
    await rm(join(defaultLabRoot, this.id), { recursive: true, force: true });
    if (this.isTemporary) await rm(this.folder, { recursive: true, force: true });
  }

  async #addNamespace(host: string): Promise<void> {
    const name = this.namespaceOf(host);
    // recorded before it exists: a kill between the two leaves a name that is simply not there
    await this.#remember({ ...this.#record, namespaces: [...this.#record.namespaces, name] });
    await createNamespace(name);
  }

  async #remember(record: LabRecord): Promise<void> {
    this.#record = record;
    await writeLabRecord(this.folder, record);
    if (!this.isTemporary) await writeLabRecord(join(defaultLabRoot, this.id), record);
  }
}
