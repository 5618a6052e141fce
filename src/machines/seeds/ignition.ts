import { fatal, FIRST_PLACE, placeOf, type SeedProblem } from './seed-problem.ts';
import { findJsonMistake } from './json-mistake.ts';
import { checkIgnitionKeys } from './ignition-keys.ts';
import { isMapping, readYaml } from './yaml-text.ts';

/** `variant: flatcar` with `version: 1.1.0`: what people write, and no machine reads. */
const BUTANE = /^variant:\s*\S+/m;
/** Flatcar reads both: https://www.flatcar.org/docs/latest/provisioning/ignition/specification/ */
const KNOWN_VERSION = /^[23]\.\d+\.\d+(-experimental)?$/;

/** Ignition: JSON with ignition.version. */
export function checkIgnition(text: string): readonly SeedProblem[] {
  if (BUTANE.test(text)) {
    return [
      ...readYaml(text, 'go').problems,
      fatal('it is Butane (YAML), and machines read Ignition (JSON): butane --strict FILE > config.ign', {
        ...FIRST_PLACE,
      }),
    ];
  }
  const mistake = findJsonMistake(text);
  if (mistake !== undefined) {
    return [fatal(`it is not JSON: ${mistake.text}`, placeOf(text, mistake.offset))];
  }
  const config: unknown = JSON.parse(text);
  const ignition = isMapping(config) ? config['ignition'] : undefined;
  const version = isMapping(ignition) ? ignition['version'] : undefined;
  if (typeof version !== 'string') {
    return [fatal('it has no ignition.version: "ignition": { "version": "3.3.0" }')];
  }
  if (!KNOWN_VERSION.test(version)) {
    return [fatal(`ignition.version is ${version}, and there are 2.x and 3.x: 3.3.0 for example`)];
  }
  return version.startsWith('3.') ? checkIgnitionKeys(text, config) : [];
}
