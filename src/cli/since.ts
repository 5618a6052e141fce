import { usageError } from '../model/errors.ts';

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** `90m`, `2h`, `1.5d` in milliseconds; undefined for what is no time that passes. */
export function durationOf(text: string): number | undefined {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(s|m|h|d|w)$/.exec(text) ?? [];
  const durationMs = Number(number) * (UNITS[unit] ?? 0);
  return durationMs > 0 ? durationMs : undefined;
}

/**
 * The moment that `--since` and `--until` mean, in ISO 8601: so long ago (`2h`), a date or a time of whoever types it
 * (`2026-11-28`, `"2026-11-28 13:04"`), or one with its zone (`2026-11-28T13:04:09Z`).
 * @throws PxectlError E_USAGE
 */
export function momentOf(option: '--since' | '--until', text: string, nowMs = Date.now()): string {
  const durationMs = durationOf(text);
  const isDate = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/.test(
    text,
  );
  // a date alone would be taken for UTC
  const atMs =
    durationMs === undefined ? Date.parse(text.length === 10 ? `${text}T00:00` : text) : nowMs - durationMs;
  if ((durationMs === undefined && !isDate) || !(Math.abs(atMs) <= 8.64e15)) {
    throw usageError({
      what: `${option} ${JSON.stringify(text)} is no time`,
      why: 'so long ago (90m, 2h, 3d), or a date with or without a time of day',
      next: `${option} 2h, or ${option} "2026-11-28 13:04"`,
    });
  }
  return new Date(atMs).toISOString();
}
