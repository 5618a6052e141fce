import type { PartFile } from '../download/part-file.ts';
import { wrongSum } from '../download/wrong-sum.ts';
import { hashFile } from '../hashed-copy.ts';

/**
 * Compares a downloaded file with the SHA-512 of its vendor's list: downloads are hashed with SHA-256 on the way, so this
 * reads the file once more. A file that does not fit is thrown away.
 * @throws PxectlError E_CHECKSUM; the reason of `signal`
 */
export async function checkFileSha512(
  url: string,
  part: PartFile,
  expected: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { digest } = await hashFile(part.path, 'sha512', signal);
  if (digest === expected) return;
  await part.discard();
  throw wrongSum(url, `its SHA-512 is ${digest}, the list says ${expected}`, {
    url,
    sha512: digest,
    expected,
  });
}
