/** A command of iPXE about an image, without its options. */
export interface ImageCommand {
  readonly verb: string;
  /** the file or address */
  readonly name: string;
  readonly arguments: string;
}

/** Of the options of image commands (iPXE, image_cmd.c) these have a value. */
const VALUED = /^(?:-n|-t|--name|--timeout)$/;

/** A line word by word, as iPXE reads it: an expression for all of it takes ages for lines made to that end. */
export function imageOfCommand(line: string): ImageCommand | undefined {
  const words = [...line.matchAll(/\S+/g)];
  let at = 1;
  while (words[at]?.[0].startsWith('-') === true) at += VALUED.test(words[at]?.[0] ?? '') ? 2 : 1;
  const [verb, name] = [words[0]?.[0], words[at]];
  if (verb === undefined || name === undefined) return undefined;
  return { verb, name: name[0], arguments: line.slice(name.index + name[0].length).trim() };
}
