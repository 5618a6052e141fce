/** One frame of a capture file, as it was on the wire. */
export interface CapturedFrame {
  /** 1 for the first, as in Wireshark */
  readonly number: number;
  /** microseconds since 1970 */
  readonly timeUs: number;
  /** LINKTYPE_ number of the interface that it was captured on */
  readonly linkType: number;
  /** the captured bytes: a view that is valid until the next frame is read */
  readonly data: Uint8Array;
  /** length on the wire; larger than `data` when the capture cut frames short */
  readonly wireLength: number;
}

/** Something about the file itself that a reader of the findings must know. */
export interface CaptureNote {
  /** byte offset in the file */
  readonly offset: number;
  readonly text: string;
}

/** Largest frame that is believed: libpcap's own limit is 256 KiB, jumbo USB captures aside. */
export const MAX_FRAME_BYTES = 1 << 20;
