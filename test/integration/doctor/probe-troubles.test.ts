import { describe, expect } from 'vitest';
import { itNeeds } from '../../support/external-tool.ts';
import { errorsOf, GOOD, makeLan, probe, serve } from '../../support/probe-lan.ts';

const itRuns = itNeeds('root', 'ip', 'dnsmasq', 'nft');

describe('doctor --probe', () => {
  itRuns(
    'sees a second boot server, and a loader that is for another CPU',
    async () => {
      const lan = await makeLan('second');
      // both give the wrong loader: which of two servers a client follows is a race, as with real firmware
      const wrong = GOOD.map((line) => line.replace('x64.efi', 'pxelinux.0'));
      await serve(lan, wrong);
      await lan.addHost('rogue', '192.168.1.70');
      await serve(lan, wrong, 'rogue', 'eth0');
      const result = await probe(lan);
      const ids = result.findings.filter((f) => f.severity !== 'info').map((f) => f.id);
      expect(ids).toContain('second-pxe-server');
      expect(ids).toContain('loader-arch-mismatch');
    },
    120_000,
  );

  itRuns(
    'sees that port 4011 is closed, that nobody leases, and that nobody serves',
    async () => {
      const blocked = await makeLan('blocked');
      await serve(blocked, GOOD);
      await blocked.addFirewallRule('lan', 'input', 'udp dport 4011 drop');
      expect(errorsOf(await probe(blocked))).toContain('port-4011-silent');
      await blocked.destroy();

      const alone = await makeLan('alone', { router: false });
      await serve(alone, GOOD);
      expect(errorsOf(await probe(alone))).toContain('no-dhcp-server');
      await alone.destroy();

      const empty = await makeLan('empty');
      expect(errorsOf(await probe(empty))[0]).toBe('no-boot-server');
    },
    300_000,
  );
});
