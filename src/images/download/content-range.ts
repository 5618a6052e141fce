/** `Content-Range: bytes 5-9/10`, RFC 9110 §14.4. */
export interface ContentRange {
  readonly first: number;
  readonly last: number;
  /** undefined for `*` */
  readonly totalBytes: number | undefined;
}

/** Reads the header, or undefined when it is missing or makes no sense. */
export function parseContentRange(header: string | undefined): ContentRange | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(header?.trim() ?? '');
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2]);
  const totalBytes = match[3] === '*' ? undefined : Number(match[3]);
  if (last < first || (totalBytes !== undefined && last >= totalBytes)) return undefined;
  return { first, last, totalBytes };
}
