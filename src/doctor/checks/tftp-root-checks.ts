import { stat } from 'node:fs/promises';
import type { Finding } from '../../model/finding.ts';
import { decodePe } from '../../protocol/pe/pe-image.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { command } from '../../model/fix.ts';
import { makeFinding } from '../finding-catalogue.ts';
import type { PxeConfig, PxeService } from '../lint/pxe-config.ts';
import { readProgramHead } from './file-checks.ts';

const MACHINE_OF: ReadonlyMap<number, string> = new Map([
  [6, 'ia32'],
  [7, 'x64'],
  [9, 'x64'],
  [11, 'arm64'],
]);

/** The programs that a dnsmasq configuration names, looked at in its TFTP root: kind, CPU, modes, modules. */
export async function checkTftpRoot(config: PxeConfig): Promise<readonly Finding[]> {
  const root = config.tftpRoot?.path.replace(/\/$/, '');
  if (root === undefined) return [];
  const findings: Finding[] = [];
  for (const service of config.services) findings.push(...(await checkService(root, service)));
  const names = [...config.services.map((s) => s.file), ...config.boots.map((b) => b.file)];
  if (names.some((name) => /(?:^|\/)l?pxelinux(?:\.0)?$/.test(name ?? ''))) {
    const missing =
      (await readProgramHead(`${root}/ldlinux.c32`)) === undefined &&
      (await readProgramHead(`${root}/pxelinux.0`)) !== undefined;
    if (missing)
      findings.push(
        makeFinding(
          'second-stage-missing',
          [{ source: root, text: 'pxelinux.0 is there, ldlinux.c32 is not' }],
          { title: 'ldlinux.c32 is not beside pxelinux.0' },
        ),
      );
  }
  return findings;
}

async function checkService(root: string, service: PxeService): Promise<Finding[]> {
  if (service.file === undefined || service.architecture === undefined || service.server !== undefined)
    return [];
  const path = `${root}/${(service.file.includes('.') ? service.file : `${service.file}.0`).replace(/^\/+/, '')}`;
  const head = await readProgramHead(path);
  if (head === undefined) return [];
  const evidence = (text: string) => [
    { source: `${service.at.file.split('/').pop() ?? ''}:${service.at.line}`, text: service.at.raw },
    { source: path, text },
  ];
  const { mode } = await stat(path);
  if ((mode & 0o004) === 0)
    return [
      makeFinding('tftp-access-denied', evidence(`mode ${(mode & 0o777).toString(8)}`), {
        mends: [command(`chmod a+r ${path}`)],
      }),
    ];
  const wanted = MACHINE_OF.get(service.architecture);
  const isEfi = head[0] === 0x4d && head[1] === 0x5a;
  if (service.architecture === 0) {
    return isEfi
      ? [
          makeFinding('loader-arch-mismatch', evidence('an EFI program'), {
            title: `${service.file} is an EFI program: no BIOS runs it`,
          }),
        ]
      : [];
  }
  if (wanted === undefined) return [];
  if (!isEfi)
    return [
      makeFinding('loader-arch-mismatch', evidence('no EFI program'), {
        title: `${service.file} is no EFI program, and ${service.architectureText} needs one`,
      }),
    ];
  try {
    const { machine, machineCode } = decodePe(head, Number.MAX_SAFE_INTEGER);
    if (machine === wanted) return [];
    const is = machine ?? `machine ${machineCode}`;
    return [
      makeFinding('loader-arch-mismatch', evidence(`an EFI program for ${is}`), {
        title: `${service.file} is for ${is}, and ${service.architectureText} is ${wanted}`,
      }),
    ];
  } catch (error) {
    if (error instanceof ProtocolError) return [makeFinding('loader-damaged', evidence(error.message))];
    throw error;
  }
}
