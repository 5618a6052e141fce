import type { Observations } from './observation.ts';

/**
 * How long healthy clients were seen to wait before their next step: nothing is said to be missing before that. The
 * slowest of each is what counts, on real boards and on emulated ones.
 */
export const WAITING_TIMES = {
  /** firmware repeats its DISCOVER after 4 s at the earliest (EDK2: 4, 8, 16, 32 s; RFC 2131 §4.1) */
  answerMs: 3_500,
  /**
   * from the last word of DHCP to the first request for a file: EDK2 waits for its timer and the lease, iPXE up to 16 s for
   * a proxy that may still come, which on a busy host were 29 s
   */
  settleMs: 60_000,
  /** from a whole loader to its first own request: iPXE may have to wait for a switch port (spanning tree: 30 s) */
  loaderStartMs: 45_000,
  /** how far the log of one server may be behind that of another, on a busy host */
  logLagMs: 3_000,
  /** from the answer to a size probe to the read itself */
  afterProbeMs: 10_000,
  /** casper asks for its ISO within this time of its initrd, on an emulated machine too */
  rootImageMs: 120_000,
} as const;

/** The longest transfer: 3 GB at 10 Mb/s take 40 minutes. */
export const LONGEST_TRANSFER_MS = 45 * 60_000;
/** The longest that kernel or initrd take: 100 MB at 1.5 Mb/s, or over TFTP with an answer every 5 ms. */
export const LONGEST_KERNEL_MS = 10 * 60_000;

/**
 * The time after which a transfer that was not seen counts as not begun. Where the source tells of transfers only when they
 * end (the logs of dnsmasq and nginx), it may be under way for as long as the largest file takes on a slow link.
 */
export function untilMissed(
  { showsStarts }: Pick<Observations, 'showsStarts'>,
  kind: 'tftp' | 'http',
  waitingMs: number,
): number {
  return showsStarts?.[kind] === false ? Math.max(waitingMs, LONGEST_TRANSFER_MS) : waitingMs;
}
