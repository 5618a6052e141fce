import type { ExplainedSetting, LocatedSource } from '../../model/explain-settings.ts';

/** One line for each value: what it is, which line of the file gave it, and which it won over. */
export function describeSettings(settings: readonly ExplainedSetting[]): string {
  const width = Math.max(...settings.map(({ key }) => key.length));
  return settings.map((setting) => `  ${setting.key.padEnd(width)}  ${describe(setting)}`).join('\n');
}

function describe({ key, value, from, over, because }: ExplainedSetting): string {
  const won = from === undefined ? 'no line says it: built in' : placeText(from, key);
  const lost = over.map((source) => `${placeText(source, key)} says ${valueText(source.value)}`);
  const why = [because ?? won, ...lost].join('; ');
  return `${valueText(value)}  (${why})`;
}

const placeText = ({ line, title }: LocatedSource, key: string): string =>
  title === key ? `line ${line}` : `line ${line}, ${title}`;

function valueText(value: unknown): string {
  if (value === null) return 'none';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((word) => typeof word === 'string')) return value.join(' ');
  return JSON.stringify(value);
}
