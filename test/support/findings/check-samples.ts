import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { runCheck, type Check } from '../../../src/doctor/checks/check.ts';
import { fileChecks } from '../../../src/doctor/checks/file-checks.ts';
import { hostChecks } from '../../../src/doctor/checks/host-checks.ts';
import type { Subject } from '../../../src/doctor/checks/host-facts.ts';
import { installChecks } from '../../../src/doctor/checks/install-checks.ts';
import { planChecks } from '../../../src/doctor/checks/plan-checks.ts';
import { chooseSubject } from '../../../src/doctor/choose-subject.ts';
import { loadProject, type Project } from '../../../src/engine/project.ts';
import type { Machine } from '../../../src/model/config.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { stateLayout } from '../../../src/model/state-layout.ts';
import { LOADERS } from '../boot-context.ts';
import { ip } from './seen-phase.ts';

const YAML = `version: 1
network: { interface: eno1, address: 192.168.1.50 }
images: [debian-12]
machines:
  - { mac: "52:54:00:12:34:56", name: node-1, secureBoot: true }
  - { mac: "52:54:00:12:34:57", name: node-2, install: { seed: empty.yaml } }
`;

/** What the checks of a host and a project find in a folder that has all of their faults. */
export async function checkFindings(folder: string): Promise<readonly Finding[]> {
  const project = await faultyProject(folder);
  const lo: Subject = {
    ...{
      interfaceName: 'lo',
      address: ip('192.0.2.1'),
      prefix: 24,
      httpPort: await openPort(),
      isServing: false,
    },
  };
  const checks: readonly Check[] = [
    ...hostChecks(lo),
    ...hostChecks({ ...lo, interfaceName: 'none0' }),
    ...hostChecks({ ...lo, isServing: true, httpPort: 1, config: project.config }),
    ...fileChecks(project.config, project.layout),
    ...fileChecks(project.config, stateLayout(join(folder, 'nothing'))),
    planChecks(project),
    installChecks({
      ...project,
      config: { ...project.config, machines: project.config.machines.map(withState) },
    }),
  ];
  const path = process.env['PATH'];
  process.env['PATH'] = `${join(folder, 'bin')}:${path ?? ''}`;
  const results: Finding[] = [];
  try {
    for (const check of checks) results.push(...(await runCheck(check)).findings);
    const broken = join(folder, 'broken.yaml');
    writeFileSync(broken, 'version: 1\nnetwrk: {}\n');
    results.push(...(await chooseSubject(broken)).findings);
  } finally {
    process.env['PATH'] = path;
  }
  return results;
}

/** An address that is never spent, and one whose install was never reported. */
function withState(machine: Machine, index: number): Machine {
  const at = '2026-11-23T03:00:00.000Z';
  const install = { seed: 'empty.yaml', once: true };
  return index === 0
    ? { ...machine, install, installState: { kind: 'armed', isAlways: true, by: 'me', at } as never }
    : { ...machine, install, installState: { kind: 'unreported', since: at, at, how: 'booted-again' } };
}

async function faultyProject(folder: string): Promise<Project> {
  mkdirSync(join(folder, 'bin'));
  const container = { ID: '1', Image: 'netbootxyz', Names: 'pxe', Networks: 'bridge', Ports: '' };
  writeFileSync(join(folder, 'bin', 'docker'), `#!/bin/sh\necho '${JSON.stringify(container)}'\n`);
  chmodSync(join(folder, 'bin', 'docker'), 0o755);
  writeFileSync(join(folder, 'pxectl.yaml'), YAML);
  writeFileSync(join(folder, 'empty.yaml'), '\n');
  const project = await loadProject(join(folder, 'pxectl.yaml'));
  const { loaders } = project.layout;
  mkdirSync(loaders, { recursive: true });
  const module = { ...LOADERS[0], path: 'ldlinux.c32', isProgram: false, version: '2' };
  const files = [...LOADERS, module];
  writeFileSync(join(loaders, 'manifest.json'), JSON.stringify({ schema: 'pxectl.loaders/1', files }));
  writeFileSync(join(loaders, 'ldlinux.c32'), 'cut');
  return project;
}

/** A port that this process holds. */
async function openPort(): Promise<number> {
  const server = createServer().unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
