import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import type { DoctorResult } from '../../src/doctor/doctor-result.ts';
import { createVirtualLan, LAN, type VirtualLan } from '../../src/lab/virtual-lan.ts';
import type { LongRunning } from '../../src/platform/long-running.ts';

const root = mkdtempSync(join(tmpdir(), 'pxectl-doctor-test-'));
const repository = new URL('../../', import.meta.url).pathname;
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

export async function makeLan(
  name: string,
  options: Parameters<typeof createVirtualLan>[0] = {},
): Promise<VirtualLan> {
  const lan = await createVirtualLan({ ...options, folder: join(root, name) });
  lans.push(lan);
  return lan;
}

export const USERS = ['dhcp-boot=pxelinux.0', 'pxe-service=x86PC,"PXE",pxelinux'];
export const GOOD = [
  'dhcp-match=set:bios,option:client-arch,0',
  `dhcp-boot=tag:bios,pxelinux.0,,${LAN.serverAddress}`,
  'pxe-service=X86-64_EFI,"Network boot",x64.efi',
  'pxe-service=BC_EFI,"Network boot",x64.efi',
];

/** Ends the boot server that was started first. */
export async function stopServing(): Promise<void> {
  const program = started.shift();
  program?.kill('SIGKILL');
  await program?.ended;
}

/** A boot server as people have it: plain dnsmasq in the LAN's server namespace. */
export async function serve(
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
export function smallEfiProgram(): Uint8Array {
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
export async function probe(lan: VirtualLan): Promise<DoctorResult> {
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

export const errorsOf = (result: DoctorResult): string[] =>
  result.findings.filter((f) => f.severity === 'error').map((f) => f.id);
