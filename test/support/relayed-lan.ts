import { ipIn } from '../../src/lab/namespaces.ts';
import { createVirtualLan, LAN, type VirtualLan } from '../../src/lab/virtual-lan.ts';
import { runOrThrow } from '../../src/platform/processes.ts';

/** The network behind the relay, which is also its router; the DHCP server on the LAN leases .20 to .60 there. */
export const REMOTE = { network: '10.2.0.0/24', router: '10.2.0.1' } as const;
const RELAY = '192.168.1.9';
const BRIDGE = LAN.serverInterface;

export interface RelayedLan {
  /** where pxectl and the DHCP server are */
  readonly lan: VirtualLan;
  /** the same with taps and virtual machines behind the relay */
  readonly remote: VirtualLan;
  /** one more host behind the relay, its interface `eth0` without an address */
  addRemoteHost(name: string): Promise<void>;
}

/** A virtual LAN with a second one behind a router that runs ISC dhcrelay for the DHCP server and for pxectl. */
export async function createRelayedLan(folder: string): Promise<RelayedLan> {
  const lan = await createVirtualLan({
    folder,
    router: {
      extraArguments: [
        '--dhcp-range=set:remote,10.2.0.20,10.2.0.60,255.255.255.0,1h',
        `--dhcp-option=tag:remote,option:router,${REMOTE.router}`,
      ],
    },
  });
  try {
    await lan.addHost('relay', RELAY);
    await lan.addHost('remote');
    const [relay, remote] = [lan.namespaceOf('relay'), lan.namespaceOf('remote')];
    await ipIn(remote, ['link', 'delete', 'eth0']);
    await ipIn(remote, ['link', 'add', BRIDGE, 'address', '02:50:58:45:00:51', 'type', 'bridge']);
    await ipIn(remote, ['link', 'set', BRIDGE, 'type', 'bridge', 'stp_state', '0', 'mcast_snooping', '0']);
    await ipIn(remote, ['link', 'set', BRIDGE, 'up']);
    await ipIn(relay, ['link', 'add', 'eth1', 'type', 'veth', 'peer', 'name', 'v-relay', 'netns', remote]);
    await ipIn(remote, ['link', 'set', 'v-relay', 'master', BRIDGE, 'up']);
    await ipIn(relay, ['address', 'add', `${REMOTE.router}/24`, 'dev', 'eth1']);
    await ipIn(relay, ['link', 'set', 'eth1', 'up']);
    await runOrThrow('ip', ['netns', 'exec', relay, 'sysctl', '-qw', 'net.ipv4.ip_forward=1']);
    for (const host of ['lan', 'router']) {
      await ipIn(lan.namespaceOf(host), ['route', 'add', REMOTE.network, 'via', RELAY]);
    }
    await startRelay(lan);
  } catch (error) {
    await lan.destroy();
    throw error;
  }
  const behind: Partial<VirtualLan> = {
    startIn: (host, ...rest) => lan.startIn(host === 'lan' ? 'remote' : host, ...rest),
    async addTap(name) {
      const remote = lan.namespaceOf('remote');
      await ipIn(remote, ['tuntap', 'add', name, 'mode', 'tap']);
      await ipIn(remote, ['link', 'set', name, 'master', BRIDGE, 'up']);
      return name;
    },
  };
  return {
    lan,
    remote: new Proxy(lan, {
      get: (target, key) => Reflect.get(key in behind ? behind : target, key) as unknown,
    }),
    async addRemoteHost(name) {
      await lan.addHost(name);
      const [here, remote, port] = [lan.namespaceOf('lan'), lan.namespaceOf('remote'), `v-${name}`];
      await ipIn(here, ['link', 'set', port, 'netns', remote]);
      await ipIn(remote, ['link', 'set', port, 'master', BRIDGE, 'up']);
    },
  };
}

/** Adds option 82, as the relays of switches do; clients sit behind eth1, both servers before eth0. */
async function startRelay(lan: VirtualLan): Promise<void> {
  const sides = ['-id', 'eth1', '-iu', 'eth0'];
  const servers = [LAN.routerAddress, LAN.serverAddress];
  const relay = await lan.startIn('relay', 'dhcrelay', ['-4', '-d', '--no-pid', '-a', ...sides, ...servers]);
  const words: string[] = [];
  await new Promise<void>((resolve, reject) => {
    relay.onLine((line) => {
      words.push(line);
      // the last socket that it opens
      if (line.includes('Sending on   Socket/')) resolve();
    });
    void relay.ended.then(() => reject(new Error(words.join('\n'))));
  });
}
