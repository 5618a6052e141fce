import type { Project } from '../../engine/project.ts';
import { openStore } from '../../images/store.ts';
import { checkSeedAt } from '../../machines/seed-check.ts';
import { REPORT_LINES } from '../../machines/report-lines.ts';
import type { Machine } from '../../model/config.ts';
import type { Finding } from '../../model/finding.ts';
import { makeFinding } from '../finding-catalogue.ts';
import type { Check } from './check.ts';

/** What is known of unattended installs: who never reported, and who is installed at every boot. */
export function installChecks(project: Project): Check {
  return {
    id: 'installs',
    group: 'boots',
    title: 'unattended installs',
    covers: ['seed-invalid', 'install-never-reported', 'install-at-every-boot'],
    async look() {
      const { config, stateProblem } = project;
      if (stateProblem !== undefined) return { notChecked: stateProblem };
      const withSeed = config.machines.filter(({ install }) => install !== undefined);
      const findings = await Promise.all(
        withSeed.map(async (machine) => [
          ...(await findingsOf(machine, project)),
          ...(await findingsOfSeed(machine, project)),
        ]),
      );
      return { seen: `${withSeed.length} machines with a seed`, findings: findings.flat() };
    },
  };
}

/** A seed that its installer cannot work with; one that never reports is a warning. */
async function findingsOfSeed(machine: Machine, project: Project): Promise<Finding[]> {
  const image = await openStore(project.layout).find(machine.image ?? project.config.boot.default);
  const path = machine.install?.seed;
  if (image === undefined || path === undefined) return [];
  const problems = await checkSeedAt(image.boot.seedFormat, path);
  return problems.map(({ isFatal, text }) =>
    makeFinding('seed-invalid', [{ source: path, text }], {
      title: `${machine.name}: ${isFatal ? 'its seed cannot work' : 'its seed never reports'}`,
      ...(isFatal ? {} : { severity: 'warning' as const }),
      cause: text,
      fix: [`mend ${path}; docs/config.md shows one of each kind`],
    }),
  );
}

async function findingsOf(machine: Machine, project: Project): Promise<Finding[]> {
  const { name, installState: state, mac } = machine;
  const client = mac === undefined ? {} : { client: { mac } };
  if (state?.kind === 'armed' && state.isAlways) {
    const text = `${name}, armed for every boot by ${state.by} at ${state.at}`;
    return [makeFinding('install-at-every-boot', [{ source: 'machines.json', text }], client)];
  }
  if (state?.kind !== 'unreported') return [];
  const text = `${name} fetched its seed at ${state.since} and booted from the network again at ${state.bootedAgainAt}`;
  const image = await openStore(project.layout).find(machine.image ?? project.config.boot.default);
  const format = image?.boot.seedFormat ?? 'none';
  const line =
    format === 'none'
      ? []
      : [`put this into its seed, as the last thing that it does:`, REPORT_LINES[format]];
  const known = makeFinding('install-never-reported', [{ source: 'machines.json', text }], client);
  return [{ ...known, fix: [...known.fix, ...line] }];
}
