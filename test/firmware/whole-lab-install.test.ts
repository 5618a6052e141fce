import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { startPxectlBootServer } from '../../src/lab/pxectl-boot-server.ts';
import { runLab } from '../../src/lab/run-lab.ts';
import { stateLayout } from '../../src/model/state-layout.ts';
import { DISK_TOOLS } from '../support/debian-disk.ts';
import { itNeeds } from '../support/external-tool.ts';
import { useInstallProject } from '../support/install-project.ts';

const project = useInstallProject();
const itInstalls = itNeeds('root', 'qemu-system-x86_64', 'dnsmasq', 'ip', ...DISK_TOOLS);

describe('lab run --install follows an installation', () => {
  itInstalls('uefi through ipxe, dnsmasq: to the report and the login prompt of its next boot', async () => {
    const report = await runLab({
      ...{ firmware: 'uefi', loader: 'ipxe', engine: 'dnsmasq', image: 'debian-12' },
      userLayout: project.layout,
      install: { seedFile: join(project.path, 'seed.cfg'), diskGiB: 1 },
      // the lab's own pxectl, and beside it the mirror that the seed names
      bootServer: async (lan) => {
        await project.startMirror(lan);
        const lab = {
          configPath: join(lan.folder, 'pxectl.yaml'),
          layout: stateLayout(join(lan.folder, '.pxectl')),
        };
        return startPxectlBootServer(lan, { ...lab, engine: 'dnsmasq' });
      },
    });
    expect(report.failure).toBeUndefined();
    expect(report.goals).toEqual(['kernel-up', 'install-seed', 'install-report', 'login']);
    expect(report.stages.map(({ stage }) => stage)).toEqual(expect.arrayContaining(['install-seed', 'done']));
  });
});
