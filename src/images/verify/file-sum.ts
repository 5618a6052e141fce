import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { assetError } from '../../model/errors.ts';
import type { PartFile } from '../download/part-file.ts';
import { PIECE_BYTES } from '../piece-pool.ts';

/**
 * Compares a downloaded file with the SHA-512 of its vendor's list: downloads are hashed with SHA-256 on the way, so this
 * reads the file once more. A file that does not fit is thrown away.
 * @throws PxectlError E_CHECKSUM
 */
export async function checkFileSha512(url: string, part: PartFile, expected: string): Promise<void> {
  const hash = createHash('sha512');
  const stream = createReadStream(part.path, { highWaterMark: PIECE_BYTES });
  for await (const chunk of stream as AsyncIterable<Buffer>) hash.update(chunk);
  const actual = hash.digest('hex');
  if (actual === expected) return;
  await part.discard();
  throw assetError('E_CHECKSUM', {
    what: `${url} is not the file that was published`,
    why: `its SHA-512 is ${actual}, the list says ${expected}`,
    next: 'the download was thrown away; try again, or name another mirror: --mirror PREFIX=URL',
    details: { url, sha512: actual, expected },
  });
}
