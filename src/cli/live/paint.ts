import type { Output } from '../output.ts';

/** How lines look; nothing is said by a colour alone. */
export interface Paint {
  readonly problem: (line: string) => string;
  readonly warning: (line: string) => string;
  readonly good: (line: string) => string;
  readonly quiet: (line: string) => string;
  readonly selected: (line: string) => string;
  readonly title: (line: string) => string;
}

const asItIs = (line: string): string => line;

export const NO_PAINT: Paint = {
  problem: asItIs,
  warning: asItIs,
  good: asItIs,
  quiet: asItIs,
  selected: asItIs,
  title: asItIs,
};

export const paintOf = ({ red, yellow, green, dim, inverse, bold }: Output['colors']): Paint => ({
  problem: red,
  warning: yellow,
  good: green,
  quiet: dim,
  selected: inverse,
  title: bold,
});
