/** One generated file. */
export interface RenderedFile {
  /** relative to the state folder, with `/` */
  readonly path: string;
  readonly content: string;
  /** what it is for, one line */
  readonly purpose: string;
}
