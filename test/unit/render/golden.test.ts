import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { BootContext } from '../../../src/model/boot-context.ts';
import { readTemplate } from '../../../src/platform/packaged-files.ts';
import { run } from '../../../src/platform/processes.ts';
import { renderAll, type RenderOptions } from '../../../src/render/render-all.ts';
import type { RenderedFile } from '../../../src/render/rendered-file.ts';
import { itNeeds } from '../../support/external-tool.ts';
import {
  DEBIAN_12,
  DEBIAN_LOADERS,
  MACHINES_CONFIG,
  PROFILES_CONFIG,
  PLAIN_CONFIG,
  sampleContext,
  SIGNED_IPXE,
  STATE_ROOT,
  UBUNTU_20_04,
} from './sample-context.ts';

const GOLDEN = join(import.meta.dirname, 'golden');
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

const UBUNTU_CONFIG = `version: 1
network: { interface: eth0, address: 192.168.1.50 }
images: [ubuntu-20.04.3]
boot: { menu: false, serialBaud: 9600, arguments: [net.ifnames=0] }
loaders: { bios: pxelinux }
`;
const LEASES = 'range: 192.168.1.200-192.168.1.220';
const withMode = (mode: string): string =>
  MACHINES_CONFIG.replace('192.168.1.50/24 }', `192.168.1.50/24, mode: ${mode}, ${LEASES} }`);
const both = { images: [DEBIAN_12, UBUNTU_20_04] };

interface Setup {
  readonly context: BootContext;
  readonly options?: RenderOptions;
  /** only these files are looked at; everything when it is absent */
  readonly only?: RegExp;
}

const SETUPS: Readonly<Record<string, Setup>> = {
  'debian-12': { context: sampleContext(PLAIN_CONFIG) },
  'ubuntu-20.04.3': { context: sampleContext(UBUNTU_CONFIG, { images: [UBUNTU_20_04] }) },
  machines: { context: sampleContext(MACHINES_CONFIG, both) },
  'pxe-only': { context: sampleContext(withMode('pxe-only'), both), only: /dnsmasq/ },
  full: { context: sampleContext(withMode('full'), both), only: /dnsmasq/ },
  'dnsmasq-2.80': {
    context: sampleContext(PLAIN_CONFIG, { loaders: [] }),
    options: { dnsmasqVersion: '2.80', dnsmasqUser: 'root' },
    only: /^run\//,
  },
  'arm64-and-signed-ipxe': {
    context: sampleContext(PLAIN_CONFIG.replace('[debian-12]', '[debian-12, debian-12-arm64]'), {
      images: [
        DEBIAN_12,
        { ...DEBIAN_12, id: 'debian-12-arm64', title: 'Debian 12 for ARM', architecture: 'arm64' },
      ],
      loaders: [...DEBIAN_LOADERS, ...SIGNED_IPXE],
    }),
    only: /serve/,
  },
  'profiles-that-match': {
    context: sampleContext(PROFILES_CONFIG, { images: [DEBIAN_12] }),
    only: /profiles|dnsmasq\.conf|grub\/grub\.cfg$/,
  },
  'unknown-ones-wait': {
    context: sampleContext(MACHINES_CONFIG.replace('boot: {', 'boot: { unknown: hold,'), both),
    only: /cfg\/default|grub\/grub\.cfg$|http\/boot\.ipxe/,
  },
  'without-menu.c32': {
    context: sampleContext(PLAIN_CONFIG, { loaders: DEBIAN_LOADERS.filter((file) => file.isProgram) }),
    only: /pxelinux/,
  },
};

function filesOf({ context, options, only }: Setup): RenderedFile[] {
  const files = renderAll(context, readTemplate, { stateRoot: STATE_ROOT, ...options });
  return files.filter((file) => only === undefined || only.test(file.path));
}

const temporary = mkdtempSync(join(tmpdir(), 'pxectl-golden-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

function written(name: string, file: RenderedFile): string {
  const path = join(temporary, name, file.path);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, file.content);
  return path;
}

describe.each(Object.entries(SETUPS))('%s', (name, setup) => {
  const files = filesOf(setup);
  const folder = join(GOLDEN, name);
  if (isUpdate) {
    rmSync(folder, { recursive: true, force: true });
    for (const file of files) {
      mkdirSync(join(folder, dirname(file.path)), { recursive: true });
      writeFileSync(join(folder, file.path), file.content);
    }
  }

  it('renders the files that are expected, and no others', () => {
    const expected = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
    expect(files.map((file) => file.path).sort()).toEqual(expected.sort());
  });

  it.each(files.map((file) => [file.path, file] as const))('%s', (path, file) => {
    expect(file.content).toBe(readFileSync(join(folder, path), 'utf8'));
    expect(file.content).not.toMatch(/undefined|\[object|\{\{|[ \t]$/m);
  });

  for (const file of files.filter(({ path }) => path.endsWith('dnsmasq.conf'))) {
    itNeeds('dnsmasq')(`${file.path} passes dnsmasq --test`, async () => {
      const result = await run('dnsmasq', ['--test', '-C', written(name, file)]);
      expect(result.stderr).toContain('syntax check OK');
    });
  }
  for (const file of files.filter(({ path }) => path.includes('grub.cfg'))) {
    itNeeds('grub-script-check')(`${file.path} passes grub-script-check`, async () => {
      expect(await run('grub-script-check', [written(name, file)])).toMatchObject({
        exitCode: 0,
        stderr: '',
      });
    });
  }
});

it('every iPXE script names only labels that it has', () => {
  for (const setup of Object.values(SETUPS)) {
    for (const file of filesOf(setup).filter(({ path }) => path.endsWith('.ipxe'))) {
      expect(file.content.startsWith('#!ipxe\n')).toBe(true);
      const labels = new Set([...file.content.matchAll(/^:(\S+)$/gm)].map(([, label]) => label));
      const items = [...file.content.matchAll(/^(?:iseq .* )?item (\S+)/gm)].map(
        ([, item]) => `boot_${item}`,
      );
      const targets = [...file.content.matchAll(/goto ([\w.+-]+)(?!\S*\$)/g)].map(([, target]) => target);
      for (const target of [...items, ...targets.filter((found) => found !== 'boot_')]) {
        expect(labels, `${file.path}: ${target}`).toContain(target);
      }
    }
  }
});
