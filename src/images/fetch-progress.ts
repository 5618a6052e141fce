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

/** For callers that show nothing. */
export const silentProgress: FetchProgress = () => undefined;
