import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect } from 'vitest';
import type { DoctorResult } from '../../../src/doctor/doctor-result.ts';
import { createVirtualLan, LAN, type VirtualLan } from '../../../src/lab/virtual-lan.ts';
import type { LongRunning } from '../../../src/platform/processes.ts';
import { itNeeds } from '../../support/external-tool.ts';

const itRuns = itNeeds('root', 'ip', 'dnsmasq', 'nft');
const root = mkdtempSync(join(tmpdir(), 'pxectl-doctor-test-'));
const repository = new URL('../../../', import.meta.url).pathname;
const lans: VirtualLan[] = [];
const started: LongRunning[] = [];

afterEach(async () => {
  for (const program of started.splice(0)) {
    program.kill('SIGKILL');
    await program.ended;
  }
  for (const lan of lans.splice(0)) await lan.destroy();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function make(name: string, options: Parameters<typeof createVirtualLan>[0] = {}): Promise<VirtualLan> {
  const lan = await createVirtualLan({ ...options, folder: join(root, name) });
  lans.push(lan);
  return lan;
}

const USERS = ['dhcp-boot=pxelinux.0', 'pxe-service=x86PC,"PXE",pxelinux'];
const GOOD = [
  'dhcp-match=set:bios,option:client-arch,0',
  `dhcp-boot=tag:bios,pxelinux.0,,${LAN.serverAddress}`,
  'pxe-service=X86-64_EFI,"Network boot",x64.efi',
  'pxe-service=BC_EFI,"Network boot",x64.efi',
];

/** A boot server as people have it: plain dnsmasq in the LAN's server namespace. */
async function serve(
  lan: VirtualLan,
  lines: readonly string[],
  host = 'lan',
  interfaceName = 'br0',
): Promise<void> {
  const tftp = join(lan.folder, `${host}-tftp`);
  mkdirSync(tftp, { recursive: true });
  // 20 s of reading at 1,468 bytes a packet are not needed: the header of a real program and some blocks
  writeFileSync(join(tftp, 'x64.efi'), smallEfiProgram());
  copyFileSync('/usr/lib/PXELINUX/pxelinux.0', join(tftp, 'pxelinux.0'));
  const conf = join(lan.folder, `${host}.conf`);
  const text = [
    'port=0',
    `interface=${interfaceName}`,
    'bind-interfaces',
    'dhcp-range=192.168.1.0,proxy,255.255.255.0',
    'enable-tftp',
    `tftp-root=${tftp}`,
    'user=root',
    `pid-file=${conf}.pid`,
    ...lines,
  ];
  writeFileSync(conf, `${text.join('\n')}\n`);
  const program = await lan.startIn(host, 'dnsmasq', [
    '--keep-in-foreground',
    `--conf-file=${conf}`,
    '--log-facility=-',
  ]);
  started.push(program);
  const words: string[] = [];
  await new Promise<void>((resolve, reject) => {
    program.onLine((line) => {
      words.push(line);
      if (/TFTP root is|DHCP, proxy/.test(line)) resolve();
    });
    void program.ended.then(() => reject(new Error(words.join('\n'))));
  });
}

/** Headers of an x64 EFI program without a signature, and 10 KB after them. */
function smallEfiProgram(): Uint8Array {
  const bytes = new Uint8Array(10_000);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x5a4d, true);
  view.setUint32(0x3c, 0x80, true);
  view.setUint32(0x80, 0x4550, true);
  view.setUint16(0x84, 0x8664, true);
  view.setUint16(0x80 + 20, 240, true);
  view.setUint16(0x98, 0x20b, true);
  view.setUint16(0x98 + 68, 10, true);
  view.setUint32(0x98 + 108, 16, true);
  return bytes;
}

/** `pxectl doctor --probe --json` in the client's namespace. */
async function probe(lan: VirtualLan): Promise<DoctorResult> {
  const code = `import { main } from ${JSON.stringify(join(repository, 'src/cli/main.ts'))}; await main(process.argv);`;
  const script = join(lan.folder, 'doctor.mts');
  writeFileSync(script, code);
  const node = [
    '--import',
    join(repository, 'node_modules/tsx/dist/esm/index.mjs'),
    script,
    'doctor',
    '--probe',
    '--json',
  ];
  const result = await lan.execIn('client', process.execPath, node, { cwd: lan.folder, timeoutMs: 110_000 });
  if (!result.stdout.startsWith('{')) throw new Error(result.stderr);
  return JSON.parse(result.stdout) as DoctorResult;
}

const errorsOf = (result: DoctorResult): string[] =>
  result.findings.filter((f) => f.severity === 'error').map((f) => f.id);

describe('doctor --probe', () => {
  itRuns(
    'walks to the last byte of the loader of a boot server that works, finds nothing wrong and changes no lease',
    async () => {
      const lan = await make('good');
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
      const lan = await make('users');
      await serve(lan, USERS);
      const result = await probe(lan);
      expect(errorsOf(result)[0]).toBe('no-boot-service-for-arch');
      expect(result.findings[0]?.client?.firmware).toBe('uefi-x64');
      expect(result.ok).toBe(false);

      // the lines that doctor prints mend it
      const lines = result.findings[0]?.fix.filter((step) => step.startsWith('pxe-service=')) ?? [];
      started[0]?.kill('SIGKILL');
      await started.shift()?.ended;
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

  itRuns(
    'sees a second boot server, and a loader that is for another CPU',
    async () => {
      const lan = await make('second');
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
      const blocked = await make('blocked');
      await serve(blocked, GOOD);
      await blocked.addFirewallRule('lan', 'input', 'udp dport 4011 drop');
      expect(errorsOf(await probe(blocked))).toContain('port-4011-silent');
      await blocked.destroy();

      const alone = await make('alone', { router: false });
      await serve(alone, GOOD);
      expect(errorsOf(await probe(alone))).toContain('no-dhcp-server');
      await alone.destroy();

      const empty = await make('empty');
      expect(errorsOf(await probe(empty))[0]).toBe('no-boot-server');
    },
    300_000,
  );
});
