import { fatal, gap, type SeedProblem } from './seed-problem.ts';
import { isMapping, readYaml } from './yaml-text.ts';

/** https://docs.siderolabs.com/talos/v1.11/reference/configuration/v1alpha1/config; `init` is the old name of the first one. */
const MACHINE_TYPES = ['controlplane', 'worker', 'init'];

/** A Talos machine configuration: one document with `version: v1alpha1`, and others with apiVersion and kind. */
export function checkTalos(text: string): readonly SeedProblem[] {
  const { problems, values } = readYaml(text, 'go');
  if (problems.length > 0) return problems;
  const documents = values.filter((value) => value !== null && value !== undefined);
  if (documents.length === 0 || !documents.every(isMapping)) {
    return [fatal('it is not a machine configuration: a YAML mapping with version: v1alpha1')];
  }
  const main = documents.find((document) => 'version' in document || 'machine' in document);
  if (main === undefined) {
    return documents.every((document) => 'apiVersion' in document && 'kind' in document)
      ? [gap('it has no machine configuration (version: v1alpha1): Talos stays in maintenance mode')]
      : [fatal('it has no version: v1alpha1')];
  }
  if (main['version'] !== 'v1alpha1') return [fatal('it has no version: v1alpha1')];
  const machine = main['machine'];
  const type = isMapping(machine) ? machine['type'] : undefined;
  if (MACHINE_TYPES.includes(String(type))) return [];
  const what = type === undefined ? 'it has no machine.type' : `machine.type is ${JSON.stringify(type)}`;
  return [fatal(`${what}: controlplane or worker is wanted`)];
}
