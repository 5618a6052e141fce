/** One line of a log without what tools put around it. */
export interface LogLine {
  /** number of its first line in the file, from 1 */
  readonly line: number;
  /** the program that wrote it, as its log names it; absent where only messages were kept */
  readonly program?: string | undefined;
  readonly pid?: number | undefined;
  /** process and thread as they were written: `21230.140276753954496` */
  readonly thread?: string | undefined;
  /** the stamp as it was written */
  readonly stamp?: string | undefined;
  /** ISO 8601 in UTC; only when the stamp names year and zone */
  readonly time?: string | undefined;
  /** host, container or unit */
  readonly service?: string | undefined;
  readonly message: string;
  /** what to quote: the line without colours and markup */
  readonly text: string;
}

/** No line of a boot server is longer; a log may be anything. */
export const MAX_MESSAGE_CHARACTERS = 4096;
