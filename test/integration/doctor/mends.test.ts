import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { lintFiles } from '../../../src/doctor/lint-files.ts';
import { LAN } from '../../../src/lab/virtual-lan.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { errorsOf, makeLan, probe, serve, smallEfiProgram, USERS } from '../../support/probe-lan.ts';

const itRuns = itNeeds('root', 'ip', 'dnsmasq');

describe('doctor --config --fix', () => {
  itRuns(
    'gives a copy with which dnsmasq serves every kind of client what it can run',
    async () => {
      const lan = await makeLan('mended');
      const conf = join(lan.folder, 'users.conf');
      const lines = ['port=0', 'dhcp-range=192.168.1.0,proxy,255.255.255.0', 'enable-tftp', 'tftp-root=/t'];
      writeFileSync(
        conf,
        [...lines, ...USERS.map((line) => line.replace('0', `0,,${LAN.serverAddress}`))].join('\n'),
      );
      const { written } = await lintFiles([conf], { fix: true, root: undefined });
      expect(written).toEqual([`${conf}.fixed`]);
      const mended = readFileSync(`${conf}.fixed`, 'utf8').split('\n');
      await serve(
        lan,
        mended.filter((line) => !lines.includes(line)),
      );
      writeFileSync(join(lan.folder, 'lan-tftp', 'ipxe.efi'), smallEfiProgram());
      expect(errorsOf(await probe(lan))).toEqual([]);
    },
    180_000,
  );
});
