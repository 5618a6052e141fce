import type { TftpOption } from './packets.ts';

/** RFC 1350: without the blksize option a block has 512 bytes. */
export const DEFAULT_BLKSIZE = 512;
/** RFC 2348. */
const MIN_BLKSIZE = 8;
const MAX_BLKSIZE = 65464;
/** RFC 7440 allows 65535; more than this gains nothing on a LAN and overruns small receive buffers. */
const MAX_WINDOWSIZE = 64;
/** What one client may make us put on the wire without an acknowledgement. */
const MAX_WINDOW_BYTES = 512 * 1024;
/** IP header without options (20) + UDP (8) + TFTP (4): what a block must leave free of the MTU. */
const HEADER_BYTES = 32;

export interface NegotiationInput {
  readonly options: readonly TftpOption[];
  readonly sizeBytes: number;
  /** MTU of the link: a block that does not fit makes IP fragments, which many ROMs cannot put together */
  readonly mtu: number;
}

/** What both sides agreed on. */
export interface Negotiated {
  readonly blksize: number;
  readonly windowsize: number;
  /** absent when the client did not ask for one */
  readonly timeoutMs?: number;
  readonly isSizeAsked: boolean;
  /** the options to confirm, in the client's order and spelling; empty: answer with DATA 1 at once */
  readonly accepted: readonly TftpOption[];
}

/**
 * Decides which options of a read request are accepted (RFC 2347: only those appear in the OACK) and with which
 * values: blksize (RFC 2348) and windowsize (RFC 7440) at most as asked, timeout (RFC 2349) as asked or not at all,
 * tsize (RFC 2349) filled in. An option that is unknown, malformed or repeated is left out.
 */
export function negotiate(input: NegotiationInput): Negotiated {
  const asked = new Map<string, TftpOption>();
  for (const option of input.options) {
    const name = option.name.toLowerCase();
    if (!asked.has(name)) asked.set(name, option);
  }
  const number = (name: string): number | undefined => {
    const value = asked.get(name)?.value;
    return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
  };

  const answers = new Map<string, number>();
  const blksizeAsked = number('blksize');
  const blksizeMost = Math.max(MIN_BLKSIZE, Math.min(MAX_BLKSIZE, input.mtu - HEADER_BYTES));
  if (blksizeAsked !== undefined && blksizeAsked >= MIN_BLKSIZE) {
    answers.set('blksize', Math.min(blksizeAsked, blksizeMost));
  }
  const blksize = answers.get('blksize') ?? DEFAULT_BLKSIZE;

  const windowsizeAsked = number('windowsize');
  if (windowsizeAsked !== undefined && windowsizeAsked >= 1 && windowsizeAsked <= 65535) {
    const most = Math.max(1, Math.min(MAX_WINDOWSIZE, Math.floor(MAX_WINDOW_BYTES / blksize)));
    answers.set('windowsize', Math.min(windowsizeAsked, most));
  }

  const timeoutAsked = number('timeout');
  if (timeoutAsked !== undefined && timeoutAsked >= 1 && timeoutAsked <= 255) {
    answers.set('timeout', timeoutAsked);
  }

  const isSizeAsked = number('tsize') !== undefined;
  if (isSizeAsked) answers.set('tsize', input.sizeBytes);

  const accepted: TftpOption[] = [];
  for (const [name, option] of asked) {
    const value = answers.get(name);
    // the client's own spelling: a ROM may compare names byte by byte
    if (value !== undefined) accepted.push({ name: option.name, value: String(value) });
  }
  return {
    blksize,
    windowsize: answers.get('windowsize') ?? 1,
    ...(answers.has('timeout') ? { timeoutMs: Number(answers.get('timeout')) * 1000 } : {}),
    isSizeAsked,
    accepted,
  };
}
