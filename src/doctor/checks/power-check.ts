import { powerPlace } from '../../engine/power-place.ts';
import type { Project } from '../../engine/project.ts';
import { switchEach, type PowerEnd } from '../../machines/power/switch-each.ts';
import type { Finding, FindingId } from '../../model/finding.ts';
import { makeFinding } from '../finding-catalogue.ts';
import type { Check } from './check.ts';
import { timeoutSignal } from '../../platform/timeout-signal.ts';

const COVERS = ['power-controller-silent', 'power-login-refused', 'power-controller-fails'] as const;

/** For one answer: a controller that hangs holds doctor up no longer. */
const ANSWER_MS = 5_000;
/** After that no further controller is asked. */
const ALL_MS = 30_000;

/** Asks the controller of each machine whether it is on, where asking is wanted: each is logged in to. */
export function powerCheck(
  project: Pick<Project, 'config' | 'layout'>,
  isAsked: boolean,
  signal: AbortSignal,
): Check {
  return {
    id: 'power',
    group: 'wire',
    title: 'controllers of machines',
    covers: COVERS,
    async look() {
      const machines = project.config.machines.filter(
        ({ power }) => power !== undefined && power.type !== 'wol',
      );
      if (machines.length === 0) return { notChecked: 'no machine has a controller' };
      if (!isAsked) return { notChecked: `pxectl doctor --probe asks the ${machines.length} there are` };
      const ends = await switchEach(
        machines,
        'state',
        {
          ...powerPlace(project),
          answerMs: ANSWER_MS,
          signal: AbortSignal.any([signal, timeoutSignal(ALL_MS)]),
        },
        () => undefined,
      );
      const answered = ends.filter(({ error }) => error === null).length;
      const findings = COVERS.flatMap((id) => findingOf(id, ends));
      // a secret that is not there, ipmitool, no time left
      const other = ends.find(({ error, finding }) => error !== null && finding === null);
      const seen = `${answered} of ${machines.length} answer${other === undefined ? '' : `; ${other.name}: ${other.error}`}`;
      return other !== undefined && findings.length === 0 ? { notChecked: seen } : { seen, findings };
    },
  };
}

/** One for all machines whose controllers do the same. */
function findingOf(id: FindingId, ends: readonly PowerEnd[]): readonly Finding[] {
  const evidence = ends
    .filter(({ finding }) => finding === id)
    .map(({ name, error }) => ({ source: name, text: error ?? '' }));
  return evidence.length === 0 ? [] : [makeFinding(id, evidence)];
}
