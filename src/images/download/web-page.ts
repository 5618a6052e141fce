import { assetError } from '../../model/errors.ts';

/** Whether bytes begin as a web page does. */
export function beginsAsPage(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString('latin1');
  return /^\s*<(!doctype html|html)/i.test(start);
}

/** The error for a captive portal, or a mirror that has a page for every address. */
export function pageInstead(url: string): Error {
  return assetError('E_DOWNLOAD', {
    what: `${url} gave a web page instead of the file`,
    why: 'a log-in page of the network, or a mirror that answers everything',
    next: 'open the address in a browser, or name another mirror: --mirror PREFIX=URL',
    details: { url },
  });
}
