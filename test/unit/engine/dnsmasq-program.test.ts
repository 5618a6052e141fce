import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  findDnsmasq,
  missingAbilities,
  readVersionText,
  testConfiguration,
  whyUnsuitable,
} from '../../../src/engine/dnsmasq/dnsmasq-program.ts';
import { itNeeds } from '../../support/external-tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-dnsmasq-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('which dnsmasq can be used', () => {
  const of = (version: string, options = ['DHCP', 'TFTP']) => whyUnsuitable({ version, options });

  it('any from 2.76 on but 2.92, which answers port 4011 at the wrong port', () => {
    for (const version of ['2.76', '2.80', '2.90', '2.91', '2.93test1', '3.0'])
      expect(of(version), version).toBeUndefined();
    expect(of('2.92')).toContain('wrong port');
    expect(of('2.92rc3')).toContain('wrong port');
    expect(of('2.75')).toContain('too old for UEFI');
  });

  it('none that was built without DHCP or TFTP', () => {
    expect(of('2.90', ['no-DHCP', 'TFTP'])).toBe('dnsmasq 2.90 was built without DHCP');
    expect(of('2.90', ['DHCP', 'no-TFTP'])).toBe('dnsmasq 2.90 was built without TFTP');
  });

  it('says what an old one cannot do', () => {
    expect(missingAbilities('2.80')).toEqual(['dnsmasq 2.80 cannot answer UEFI HTTP Boot (2.83 can)']);
    expect(missingAbilities('2.90')).toEqual([]);
  });

  it('reads no version out of anything else', () => {
    expect(readVersionText('x', 'sh: dnsmasq: not found')).toBeUndefined();
  });
});

describe('a configuration that dnsmasq refuses', () => {
  itNeeds('dnsmasq')('is told with its words and, beside them, the line', async () => {
    const program = await findDnsmasq();
    if (!program) throw new Error('dnsmasq is gone');
    const path = join(folder, 'bad.conf');
    writeFileSync(path, 'port=0\nfoo-bar=1\n');
    await expect(testConfiguration(program, path)).rejects.toMatchObject({
      code: 'E_ENGINE_START',
      message: expect.stringContaining(`bad option at line 2 of ${path}`) as string,
      why: `${path}:2: foo-bar=1`,
    });
    writeFileSync(path, 'port=0\n');
    await testConfiguration(program, path);
  });
});
