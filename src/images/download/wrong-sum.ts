import { assetError } from '../../model/errors.ts';

/** The error for a download that is another file than the vendor's list says; it was thrown away. */
export function wrongSum(url: string, why: string, details: Readonly<Record<string, unknown>>): Error {
  return assetError('E_CHECKSUM', {
    what: `${url} is not the file that was published`,
    why,
    next: 'the download was thrown away; try again, or name another mirror: --mirror PREFIX=URL',
    details,
  });
}
