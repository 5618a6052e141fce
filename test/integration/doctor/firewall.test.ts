import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import type { Looked } from '../../../src/doctor/checks/check.ts';
import { runOrThrow } from '../../../src/platform/processes.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { makePrivateNetwork, type PrivateNetwork } from '../../support/pxectl-process.ts';

const CHECK = join(import.meta.dirname, '../../../src/doctor/checks/firewall-check.ts');

/** As ufw has them: all that is not for this host is dropped before the user's own rules let in what they name. */
const LIKE_UFW = [
  '-P INPUT DROP',
  '-N not-local',
  '-N user',
  '-A INPUT -i lo -j ACCEPT',
  '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  '-A INPUT -m conntrack --ctstate INVALID -j DROP',
  '-A INPUT -p icmp --icmp-type 8 -j ACCEPT',
  '-A INPUT -p udp --sport 67 --dport 68 -j ACCEPT',
  '-A INPUT -j not-local',
  '-A INPUT -j user',
  '-A not-local -m addrtype --dst-type LOCAL -j RETURN',
  '-A not-local -m addrtype --dst-type BROADCAST -j RETURN',
  '-A not-local -m limit --limit 3/min --limit-burst 10 -j LOG',
  '-A not-local -j DROP',
  '-A user -p udp -m multiport --dports 67,69,4011 -j ACCEPT',
];

describe('the firewall check', () => {
  let network: PrivateNetwork;
  beforeEach(async () => {
    network = await makePrivateNetwork();
  });
  afterEach(() => network.destroy());

  const inNetwork = (...command: string[]) =>
    runOrThrow('ip', ['netns', 'exec', network.namespace, ...command], { timeoutMs: 20_000 });
  const look = async (): Promise<Looked> => {
    const program = `import { lookAtFirewall } from ${JSON.stringify(CHECK)};
      console.log(JSON.stringify(await lookAtFirewall({ httpPort: 8080, interfaceName: 'eno1' })));`;
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', program];
    return JSON.parse((await inNetwork(...node)).stdout) as Looked;
  };

  for (const iptables of ['iptables-legacy', 'iptables-nft']) {
    itNeeds(
      'root',
      'ip',
      'nft',
      iptables,
    )(`understands what ufw writes, as ${iptables} keeps it`, async () => {
      for (const rule of LIKE_UFW) await inNetwork(iptables, ...rule.split(' '));
      expect(await look()).toMatchObject({
        seen: '1 port is blocked',
        findings: [{ id: 'firewall-blocks', title: 'the firewall drops tcp port 8080 (HTTP)' }],
      });
      await inNetwork(iptables, ...'-A user -p tcp --dport 8080 -j ACCEPT'.split(' '));
      expect(await look()).toEqual({ seen: 'lets DHCP, TFTP, port 4011 and HTTP in' });
      await inNetwork(iptables, ...'-I INPUT -p udp --dport 4011 -j REJECT'.split(' '));
      const looked = await look();
      expect(looked).toMatchObject({ seen: '1 port is blocked' });
      expect(JSON.stringify(looked)).toContain('-A INPUT -p udp -m udp --dport 4011 -j REJECT');
    });
  }

  itNeeds(
    'root',
    'ip',
    'nft',
    'iptables-nft',
  )('takes the rules of nft and of iptables together', async () => {
    await inNetwork('iptables-nft', '-A', 'INPUT', '-m', 'conntrack', '--ctstate', 'INVALID', '-j', 'DROP');
    await inNetwork('nft', 'add table inet mine');
    await inNetwork('nft', 'add chain inet mine input { type filter hook input priority 0 ; }');
    expect(await look()).toEqual({ seen: 'lets DHCP, TFTP, port 4011 and HTTP in' });
    await inNetwork('nft', 'add rule inet mine input udp dport 69 drop');
    const looked = await look();
    expect(looked).toMatchObject({ findings: [{ title: 'the firewall drops udp port 69 (TFTP)' }] });
    expect(JSON.stringify(looked)).toContain('nft: rule in chain inet mine input');
  });
});
