/** What doctor is asked to do: each part of it is optional, and any of them go together. */
export interface DoctorRequest {
  /** words of the command line: a code, a text, a URL */
  readonly text?: string;
  /** the file that the text stands in */
  readonly textPath?: string;
  readonly logPath?: string;
  /** a log that came on stdin */
  readonly logText?: string;
  readonly pcapPath?: string;
  /** pxectl.yaml, or configurations of dnsmasq and loaders to lint: files and folders */
  readonly configPaths: readonly string[];
  /** where the linted configuration's own computer lies; undefined: it is judged as text */
  readonly root?: string;
  readonly fix: boolean;
  readonly probe: boolean;
  readonly captureSeconds?: number;
  readonly bundlePath?: string;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}
