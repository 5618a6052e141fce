import type { Vars } from '../../model/config.ts';
import { nearestWord } from '../../model/nearest-word.ts';

type Fact = string | number | null;

/** What a template can say; null is what is not known of this machine. */
export interface SeedView {
  readonly machine: Readonly<Record<'name' | 'mac' | 'uuid' | 'serial' | 'profile', Fact>>;
  readonly vars: Vars;
  readonly image: Readonly<
    Record<'id' | 'title' | 'distribution' | 'release' | 'architecture' | 'url', Fact>
  >;
  readonly server: Readonly<Record<'address' | 'port' | 'url', Fact>>;
  /** the URL that this machine reports to, without `/done` */
  readonly report: string;
}

/** The same without prototypes: a name is there when the view has it, and for no other reason. */
export function plainData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainData);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.create(null) as Record<string, unknown>;
  // Handlebars compares the things around a loop with ==
  Object.defineProperty(copy, Symbol.toPrimitive, { value: () => Number.NaN });
  for (const [name, part] of Object.entries(value)) copy[name] = plainData(part);
  return copy;
}

/** What a name that the view does not have was most likely meant to be: one beside it, else one that ends alike. */
export function nearestPath(wanted: string, view: SeedView): string | undefined {
  const steps = wanted.replace(/^@root\./, '').split('.');
  const last = steps.at(-1) ?? '';
  let holder: unknown = view;
  for (const step of steps.slice(0, -1)) holder = partsOf(holder)[step];
  const beside = nearestWord(last, Object.keys(partsOf(holder)));
  if (beside !== undefined) return [...steps.slice(0, -1), beside].join('.');
  const paths = Object.entries(view).flatMap(([name, value]): [string, string][] => [
    [name, name],
    ...Object.keys(partsOf(value)).map((part): [string, string] => [part, `${name}.${part}`]),
  ]);
  const near =
    last.length < 3
      ? undefined
      : nearestWord(
          last,
          paths.map(([part]) => part),
        );
  return paths.find(([part]) => part === near)?.[1];
}

function partsOf(value: unknown): Readonly<Record<string, unknown>> {
  const hasParts = typeof value === 'object' && value !== null && !Array.isArray(value);
  return hasParts ? { ...value } : {};
}
