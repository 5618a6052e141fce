import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { LAN } from '../../../src/lab/virtual-lan.ts';
import { itNeeds } from '../../support/external-tool.ts';
import {
  errorsOf,
  GOOD,
  makeLan,
  probe,
  serve,
  smallEfiProgram,
  stopServing,
  USERS,
} from '../../support/probe-lan.ts';

const itRuns = itNeeds('root', 'ip', 'dnsmasq', 'nft');

describe('doctor --probe', () => {
  itRuns(
    'walks to the last byte of the loader of a boot server that works, finds nothing wrong and changes no lease',
    async () => {
      const lan = await makeLan('good');
      await serve(lan, GOOD);
      const result = await probe(lan);
      expect(errorsOf(result), JSON.stringify(result.findings, null, 1)).toEqual([]);
      expect(result.ok).toBe(true);
      const stepsOf = (name: string): string =>
        result.probe.find((walk) => walk.client.name === name)?.steps.join('\n') ?? '';
      expect(stepsOf('UEFI x64')).toContain(`x64.efi: 10000 bytes over TFTP from ${LAN.serverAddress}`);
      expect(stepsOf('BIOS')).toMatch(/pxelinux\.0: \d+ bytes over TFTP/);
      expect(existsSync(join(lan.folder, 'router.leases'))).toBe(true);
      expect(readFileSync(join(lan.folder, 'router.leases'), 'utf8')).not.toContain('02:70:78:65');
    },
    120_000,
  );

  itRuns(
    "sees what is wrong with the user's own configuration",
    async () => {
      const lan = await makeLan('users');
      await serve(lan, USERS);
      const result = await probe(lan);
      expect(errorsOf(result)[0]).toBe('no-boot-service-for-arch');
      expect(result.findings[0]?.client?.firmware).toBe('uefi-x64');
      expect(result.ok).toBe(false);

      // the lines that doctor prints mend it
      const lines = result.findings[0]?.fix.filter((step) => step.startsWith('pxe-service=')) ?? [];
      await stopServing();
      await serve(lan, [...USERS, ...lines]);
      writeFileSync(join(lan.folder, 'lan-tftp', 'ipxe.efi'), smallEfiProgram());
      const mended = await probe(lan);
      const walk = mended.probe.find(({ client }) => client.name === 'UEFI x64');
      expect(walk?.steps.at(-1)).toContain('ipxe.efi: 10000 bytes over TFTP');
      expect(
        mended.findings.filter((f) => f.client?.firmware === 'uefi-x64' && f.severity !== 'info'),
      ).toEqual([]);
    },
    180_000,
  );
});
