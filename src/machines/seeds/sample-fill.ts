import type { Vars } from '../../model/config.ts';
import { asItIs, type SeedFill } from './fill-seed.ts';
import { fillTemplate, isTemplate } from './seed-template.ts';
import type { SeedView } from './template-view.ts';

/**
 * Fills in a seed that no machine has: with a machine that there is not, secrets that are none, and something in the place of
 * vars that are nowhere.
 */
export function sampleFill(view: SeedView): SeedFill {
  const fill: SeedFill['forMachine'] = (text) =>
    isTemplate(text)
      ? fillTemplate(
          text,
          { ...view, vars: { ...sampleVars(text), ...view.vars } },
          (name) => `secret-${name}`,
        )
      : asItIs(text);
  return { forMachine: fill, withoutSecrets: fill };
}

/** A word for each var that the text names, a list where it loops. */
function sampleVars(text: string): Vars {
  const named = [...text.matchAll(/\bvars\.([A-Za-z_]\w*)/g)].map(([, name = '']) => name);
  const looped = new Set([...text.matchAll(/\{\{#each vars\.([A-Za-z_]\w*)/g)].map(([, name]) => name));
  return Object.fromEntries(
    named.map((name) => [name, looped.has(name) ? [`sample-${name}`] : `sample-${name}`]),
  );
}
