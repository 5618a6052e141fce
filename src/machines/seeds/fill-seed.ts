import type { SeedPlace } from './seed-problem.ts';
import { fillTemplate, isTemplate } from './seed-template.ts';
import { openSecrets } from './secrets.ts';
import type { SecretValue } from './template-helpers.ts';
import type { FilledText } from './template-places.ts';
import type { SeedView } from './template-view.ts';

/** Files of a seed that are filled in beside the main one; what scripts fetch goes out as it is. */
export const NOCLOUD_NAMES = ['meta-data', 'vendor-data', 'network-config'] as const;

/** What a seed is filled with for one machine. */
export interface SeedValues {
  readonly view: SeedView;
  /** folder of the files that secrets are read from */
  readonly secretsFolder: string;
}

/** Fills in the text of a seed: with the secrets for the machine, or with something in their place. */
export interface SeedFill {
  /** @throws SeedTemplateError with the place in the text; its words show no value */
  forMachine(text: string): FilledText;
  /** the same without secrets, to be looked at and shown */
  withoutSecrets(text: string): FilledText;
}

export function seedFill({ view, secretsFolder }: SeedValues): SeedFill {
  const secretOf = openSecrets(secretsFolder);
  const fill = (text: string, secrets: SecretValue): FilledText =>
    isTemplate(text) ? fillTemplate(text, view, secrets) : asItIs(text);
  return {
    forMachine: (text) => fill(text, secretOf),
    withoutSecrets: (text) => fill(text, (name) => `secret-${name}`),
  };
}

export const asItIs = (text: string): FilledText => ({ text, placeAt: (place: SeedPlace) => place });

/** For a seed that nothing is filled into. */
export const NO_FILL: SeedFill = { forMachine: asItIs, withoutSecrets: asItIs };
