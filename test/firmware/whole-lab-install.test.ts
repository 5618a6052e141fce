import { describe, expect } from 'vitest';
import type { LabReport } from '../../src/lab/lab-report.ts';
import { DISK_TOOLS } from '../support/debian-disk.ts';
import { itNeeds } from '../support/external-tool.ts';
import { useInstallProject } from '../support/install-project.ts';

const { startPxectl, startMirrorIn } = useInstallProject();
const itInstalls = itNeeds('root', 'qemu-system-x86_64', 'dnsmasq', 'ip', ...DISK_TOOLS);

describe('lab run --install follows an installation', () => {
  itInstalls('uefi through ipxe, dnsmasq: to the report and the login prompt of its next boot', async () => {
    const lab = startPxectl(
      ...['lab', 'run', '--firmware', 'uefi', '--loader', 'ipxe', '--engine', 'dnsmasq', '--json'],
      ...['--image', 'debian-12', '--install', 'seed.cfg', '--disk', '1'],
    );
    const [told, printed]: [string[], string[]] = [[], []];
    lab.onLine((line, stream) => {
      (stream === 'stdout' ? printed : told).push(line);
      // the mirror that the seed names stands in the lab's own network, and ends with it
      const [, id] = /^virtual LAN pxl([0-9a-f]{6}):/.exec(line) ?? [];
      if (id !== undefined) startMirrorIn(`pxl${id}-client`);
    });
    const { exitCode } = await lab.ended;
    expect(exitCode, told.join('\n')).toBe(0);
    const report = JSON.parse(printed.join('\n')) as LabReport;
    expect(report.failure).toBeUndefined();
    expect(report.goals).toEqual(['kernel-up', 'install-seed', 'install-report', 'login']);
    expect(report.stages.map(({ stage }) => stage)).toEqual(expect.arrayContaining(['install-seed', 'done']));
  });
});
