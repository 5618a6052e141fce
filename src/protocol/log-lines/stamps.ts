const ISO_STAMP =
  /\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|GMT)| ?[+-]\d\d:?\d\d)?(?=[\s\]|"',;]|$)/;
const SYSLOG_STAMP =
  /(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d,?(?: \d{4} @)? \d\d:\d\d:\d\d(?:\.\d+)?(?: \d{4})?/;

/** The stamp in what stands before a message. */
export function findStamp(before: string): string | undefined {
  return ISO_STAMP.exec(before)?.[0] ?? SYSLOG_STAMP.exec(before)?.[0];
}

/** ISO 8601 in UTC. Only a stamp with year and zone names one moment. */
export function isoOf(stamp: string): string | undefined {
  if (!/^\d{4}-/.test(stamp) || !/(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$/.test(stamp)) return undefined;
  const standard = stamp
    .replace(/^(\S+) (\d\d:)/, '$1T$2')
    .replace(/ ?(?:UTC|GMT)$/, 'Z')
    .replace(/ ([+-]\d\d)/, '$1')
    .replace(',', '.')
    .replace(/(\.\d{3})\d+/, '$1')
    .replace(/([+-]\d\d)(\d\d)$/, '$1:$2');
  const milliseconds = Date.parse(standard);
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString();
}

/** A number that grows with time, for comparing stamps of one log; years and zones that are not there are made up. */
export function orderOf(stamp: string): number | undefined {
  const time = isoOf(stamp);
  if (time !== undefined) return Date.parse(time);
  const plain = stamp
    .replace(/^[A-Z][a-z]{2} (?=[A-Z][a-z]{2} )/, '')
    .replace(/[,@]/g, ' ')
    .replaceAll('/', '-');
  const withYear = /\d{4}/.test(plain) ? plain : `2000 ${plain}`;
  const milliseconds = Date.parse(`${withYear.replace(/\s+/g, ' ')} UTC`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
