/** What ends the name of a file that an image can be taken from. */
const IMAGE_FILE = /\.(iso|img|tar|t?gz|tbz2?|txz|bz2|xz|zst)$/i;

/** Whether a word names a file, folder or address of the user's own, and no image of the catalogue. Pure. */
export function isOwnSource(word: string): boolean {
  return /[/\\]/.test(word) || /^\.{1,2}$/.test(word) || IMAGE_FILE.test(word);
}
