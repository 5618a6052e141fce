import type { Machine } from '../../model/config.ts';
import { inOneLine } from '../../model/errors.ts';
import { inParallel } from '../in-parallel.ts';
import { findingOf, type ControllerFinding } from './power-driver.ts';
import type { PowerVerb } from './power-verbs.ts';
import { planPower, switchPower, type PowerPlace, type Switched } from './switch-power.ts';

export interface PowerEnd {
  readonly name: string;
  readonly state: Switched['state'] | null;
  /** what, and why, in one line */
  readonly error: string | null;
  /** what doctor calls it */
  readonly finding: ControllerFinding | null;
}

/** Controllers are slow and many: so many are asked at once. */
const AT_ONCE = 16;

/** Does one thing with many machines; what fails at one holds no other up. In the order of the machines. */
export async function switchEach(
  machines: readonly Pick<Machine, 'name' | 'power'>[],
  verb: PowerVerb,
  place: PowerPlace,
  tell: (end: PowerEnd) => void,
): Promise<readonly PowerEnd[]> {
  const ends = new Map<string, PowerEnd>();
  await inParallel(machines, AT_ONCE, async (machine) => {
    const { name } = machine;
    const end: PowerEnd = await (place.signal?.aborted === true
      ? Promise.resolve({ name, state: null, error: 'not begun: stopped before', finding: null })
      : switchPower(machine, verb, place).then(
          ({ state }) => ({ name, state, error: null, finding: null }),
          (error: unknown) => ({ name, state: null, error: inOneLine(error), finding: findingOf(error) }),
        ));
    ends.set(name, end);
    tell(end);
  });
  return machines.flatMap(({ name }) => ends.get(name) ?? []);
}

/** What one thing would send for a machine, or why it could not begin. */
export interface PowerPlan {
  readonly name: string;
  readonly would: readonly string[];
  readonly error: string | null;
}

export function planOf(
  machine: Pick<Machine, 'name' | 'power'>,
  verb: PowerVerb,
  place: PowerPlace,
): PowerPlan {
  const { name } = machine;
  try {
    return { name, would: planPower(machine, verb, place), error: null };
  } catch (error) {
    return { name, would: [], error: inOneLine(error) };
  }
}
