/** What doctor is asked to do: each part of it is optional, and any of them go together. */
export interface DoctorRequest {
  /** words of the command line: a code, a text, a URL */
  readonly text?: string;
  readonly logPath?: string;
  readonly pcapPath?: string;
  /** pxectl.yaml, or a dnsmasq.conf or loader configuration to lint */
  readonly configPath?: string;
  readonly fix: boolean;
  readonly probe: boolean;
  readonly captureSeconds?: number;
  readonly bundlePath?: string;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}
