/** Control characters, DEL, lone bytes as packets.ts decodes them, 0xFF or U+FFFD after another decoding, and blanks at the end. */
const TRAILING_RUBBISH =
  /(?<![\u0000-\u0020\u007f-\u00a0\u00ff\udc80-\udcff\ufffd])[\u0000-\u0020\u007f-\u00a0\u00ff\udc80-\udcff\ufffd]+$/;

/**
 * The path that a client means by the file name in its request, relative to the TFTP root with `/` and no leading
 * slash. `\` is a separator for Windows boot managers, a drive letter means nothing here, and some ROMs send the byte
 * after option 67 along (`ipxe.efi\xff`). `..` is left in: refusing it is the business of whoever opens the file.
 */
export function cleanFileName(fileName: string): string {
  return fileName
    .replace(TRAILING_RUBBISH, '')
    .replaceAll('\\', '/')
    .replace(/^[a-z]:(?=\/)/i, '')
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
}
