/** What a fetch tells while it works; the CLI renders it. `subject` is an image id, or `loaders`. */
export type FetchEvent =
  /** a step begins, in one line */
  | { readonly type: 'step'; readonly subject: string; readonly text: string }
  /** bytes of one file so far; at most a few a second; `totalBytes` where the length is known */
  | {
      readonly type: 'bytes';
      readonly subject: string;
      readonly file: string;
      readonly doneBytes: number;
      readonly totalBytes?: number;
    }
  /** something the user must know although the fetch goes on */
  | { readonly type: 'warning'; readonly subject: string; readonly text: string }
  | { readonly type: 'done'; readonly subject: string; readonly text: string };

/** Listener for the events of a fetch. It must not throw. */
export type FetchProgress = (event: FetchEvent) => void;

/** A listener for a download that goes on from what an earlier one left. */
export function reportResume(
  progress: FetchProgress,
  subject: string,
): (keptBytes: number, totalBytes: number | undefined) => void {
  return (keptBytes, totalBytes) => {
    const share =
      totalBytes === undefined ? `${keptBytes} bytes` : `${Math.floor((keptBytes / totalBytes) * 100)}%`;
    const text =
      keptBytes === totalBytes
        ? 'all of it was downloaded before: hashing'
        : `going on where it stopped: ${share} is here`;
    progress({ type: 'step', subject, text });
  };
}

const MIN_GAP_MS = 200;

/** A listener for the bytes of one file that tells at most five times a second, and always the last. */
export function reportBytes(
  progress: FetchProgress,
  subject: string,
  file: string,
): (doneBytes: number, totalBytes: number | undefined) => void {
  let toldAt = 0;
  return (doneBytes, totalBytes) => {
    const now = Date.now();
    if (now - toldAt < MIN_GAP_MS && doneBytes !== totalBytes) return;
    toldAt = now;
    progress({
      type: 'bytes',
      subject,
      file,
      doneBytes,
      ...(totalBytes === undefined ? {} : { totalBytes }),
    });
  };
}
