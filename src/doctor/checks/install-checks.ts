import type { Project } from '../../engine/project.ts';
import { judgeSeeds, seedFormatOf, type JudgedSeed } from '../../engine/machine-seeds.ts';
import { REPORT_LINES } from '../../machines/seeds/report-lines.ts';
import { whereOf, type SeedWeight } from '../../machines/seeds/seed-problem.ts';
import type { Machine } from '../../model/config.ts';
import type { Finding, Severity } from '../../model/finding.ts';
import { addTo, words } from '../../model/fix.ts';
import { makeFinding } from '../finding-catalogue.ts';
import type { Check } from './check.ts';

/** What is known of unattended installs: who never reported, and who is installed at every boot. */
export function installChecks(project: Project): Check {
  return {
    id: 'installs',
    group: 'boots',
    title: 'unattended installs',
    covers: ['seed-invalid', 'install-never-reported', 'install-failed', 'install-at-every-boot'],
    async look() {
      const { config, stateProblem } = project;
      if (stateProblem !== undefined) return { notChecked: stateProblem };
      const withSeed = config.machines.filter(({ install }) => install !== undefined);
      if (withSeed.length === 0) return { notChecked: 'no machine has an install seed' };
      const findings = await Promise.all(withSeed.map((machine) => findingsOf(machine, project)));
      const seeds = await judgeSeeds(project, withSeed);
      const unknown = withSeed.length - seeds.length;
      const all = [...findings.flat(), ...seeds.flatMap(findingsOfSeed)];
      const blind = `nothing is known of the image of ${unknown} of them`;
      if (unknown > 0 && all.length === 0) {
        return { notChecked: `${withSeed.length} machines with a seed, and ${blind}` };
      }
      return {
        seen: `${withSeed.length} machines with a seed${unknown === 0 ? '' : `; ${blind}`}`,
        findings: all,
      };
    },
  };
}

const VERDICTS: Readonly<Record<SeedWeight, { readonly what: string; readonly severity: Severity }>> = {
  fatal: { what: 'its seed cannot work', severity: 'error' },
  gap: { what: 'its seed has a gap', severity: 'warning' },
  note: { what: 'its seed works', severity: 'info' },
};

/** A seed that its installer cannot work with; one with a gap, as that it never reports, is a warning. */
function findingsOfSeed({ name, problems }: JudgedSeed): readonly Finding[] {
  return problems.map((problem) => {
    const [cause = '', ...lines] = problem.text.split('\n');
    const { what, severity } = VERDICTS[problem.weight];
    const mend = words(`mend ${problem.path}; docs/config.md#seeds says what each kind needs`);
    return makeFinding('seed-invalid', [{ source: whereOf(problem), text: cause }], {
      ...{ title: `${name}: ${what}`, severity, cause },
      mends:
        problem.weight === 'note' ? [] : lines.length === 0 ? [mend] : [mend, addTo(problem.path, lines)],
    });
  });
}

async function findingsOf(machine: Machine, project: Project): Promise<Finding[]> {
  const { name, installState: state, mac } = machine;
  const client = mac === undefined ? {} : { client: { mac } };
  if (state?.kind === 'armed' && state.isAlways) {
    const text = `${name}, armed for every boot by ${state.by} at ${state.at}`;
    return [makeFinding('install-at-every-boot', [{ source: 'machines.json', text }], client)];
  }
  if (state?.kind === 'failed') {
    const text = `${name} fetched its seed at ${state.since} and said at ${state.at}: ${state.message}`;
    return [makeFinding('install-failed', [{ source: 'machines.json', text }], client)];
  }
  if (state?.kind !== 'unreported') return [];
  const end =
    state.how === 'silent'
      ? `nothing was heard of it until ${state.at}`
      : `booted from the network again at ${state.at}`;
  const text = `${name} fetched its seed at ${state.since} and ${end}`;
  const format = (await seedFormatOf(project, machine.image ?? project.config.boot.default)) ?? 'none';
  const line =
    format === 'none'
      ? []
      : [addTo('SEED', [REPORT_LINES[format]], 'put this into its seed, as the last thing that it does:')];
  const known = makeFinding('install-never-reported', [{ source: 'machines.json', text }], client);
  return [{ ...known, mends: [...known.mends, ...line] }];
}
