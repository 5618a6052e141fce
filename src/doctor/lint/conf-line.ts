/** One setting of a dnsmasq configuration, where it stands. */
export interface ConfLine {
  readonly file: string;
  /** 1 for the first */
  readonly line: number;
  readonly raw: string;
  /** option name without `--`, lower-case as dnsmasq writes it */
  readonly key: string;
  /** text after `=`, without a comment; empty for a flag */
  readonly value: string;
  /** false for a flag: nothing stands behind it */
  readonly hasValue: boolean;
}
