import { packageVersion } from '../platform/packaged-files.ts';
import { findProgram, run } from '../platform/processes.ts';

/** What is at work here, one program a line: for somebody elsewhere who helps. */
export async function programVersions(): Promise<string> {
  const lines = [
    `pxectl ${packageVersion()}`,
    `node ${process.version}`,
    `${process.platform} ${process.arch}`,
  ];
  for (const [program, argument] of [
    ['dnsmasq', '--version'],
    ['nginx', '-v'],
    ['docker', '--version'],
    ['uname', '-sr'],
  ] as const) {
    if ((await findProgram(program)) === undefined) lines.push(`${program}: not installed`);
    else {
      const { stdout, stderr } = await run(program, [argument], { timeoutMs: 5_000 });
      lines.push((stdout || stderr).split('\n')[0] ?? program);
    }
  }
  return `${lines.join('\n')}\n`;
}
