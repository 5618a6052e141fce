import { afterEach, beforeEach, describe, expect } from 'vitest';
import { Neighbourhood } from '../../support/adversary/neighbourhood.ts';
import { CLIENT } from '../../support/adversary/targets.ts';
import { itNeeds } from '../../support/external-tool.ts';

const LONG_MS = 2500;
/** Whoever lost a transfer that has begun asks its dead port for six seconds. */
const HANGS_MS = 6000;

let here: Neighbourhood;

beforeEach(async () => {
  here = await Neighbourhood.make();
});
afterEach(() => here.destroy());

describe('a client in whose name TFTP requests are forged', () => {
  itNeeds('root', 'ip')(
    '(builtin) waits for none of its own: what nobody acknowledges takes no place, and pushes out nothing that has just begun',
    async () => {
      await here.up('builtin');
      // a packet with a foreign source, and no lie about whose address that is
      const setting = 'net.ipv4.conf.all.';
      await here.lan.execIn('guest', 'sysctl', ['-qw', `${setting}arp_ignore=1`, `${setting}arp_announce=2`]);
      await here.lan.execIn('guest', 'ip', ['address', 'add', `${CLIENT}/32`, 'dev', 'lo']);
      const { attacked, waits } = await here.attackBesideGoodClient([
        ['asks40InName', LONG_MS],
        ['asks300InName', LONG_MS],
        ['asks1000InName', LONG_MS],
      ]);
      const loads = waits.filter(({ what }) => what === 'loader');
      const longest = Math.max(...loads.map(({ waitMs }) => waitMs));
      process.stdout.write(`forged requests: ${loads.length} loaders, the longest wait ${longest} ms\n`);
      expect(attacked).toHaveLength(6);
      expect(longest).toBeLessThan(HANGS_MS);
      const { stdout } = await here.cli('logs', '--json');
      const told = stdout
        .split('\n')
        .filter((line) => line.includes('gave-way') || line.includes('superseded'));
      // ten a second, each with its beginning
      expect(told.length).toBeLessThan(200);
    },
    120_000,
  );
});
