import { assetError } from '../model/errors.ts';
import type { RemoteImage, Trust } from './catalogue/remote-image.ts';
import { isMissingOnServer } from './download/http-errors.ts';
import type { Provenance } from './store-recipe.ts';
import { newestMatching } from './verify/checksum-list.ts';
import { readVouchedFiles, type VouchedFiles, type VouchInput } from './verify/vouched-files.ts';

/** One file to download, where it is and what it must be. */
export interface Wanted {
  readonly place: string;
  /** path below the place */
  readonly name: string;
  readonly sha256: string | undefined;
  /** where the vendor's list has these */
  readonly sha512: string | undefined;
}

/** What is to be downloaded, and why it can be trusted. */
export interface Found {
  readonly files: readonly Wanted[];
  readonly place: string;
  readonly provenance: Provenance;
}

/**
 * The first place that has what is wanted. A place that is not there is no error as long as another one is.
 * @param tried is added to: why each place was passed over
 */
export async function findImage(image: RemoteImage, input: VouchInput, tried: string[]): Promise<Found> {
  const { trust, payload } = image;
  for (const place of image.places) {
    input.context.progress({
      type: 'step',
      subject: image.id,
      text: `looking in ${input.client.askedAddress(place)}`,
    });
    try {
      const vouched = await readVouchedFiles(image, place, trust, input);
      // without a list, whether a file is there shows when it is downloaded
      const hasList = trust.kind !== 'signed-files' || trust.list !== undefined;
      const names =
        payload.kind === 'files'
          ? payload.files.map((file) => (!hasList || vouched.sums.has(file.name) ? file.name : undefined))
          : [newestMatching(vouched.sums.keys(), payload.name) ?? leftOutName(image, vouched, input)];
      if (names.every((name) => name !== undefined)) {
        const files = names.map((name) => ({ place, name, ...sumOf(trust, vouched.sums.get(name)) }));
        const origin = payload.kind === 'files' ? place : place + (names[0] ?? '');
        const { verification, verifiedBy } = vouched;
        const asked = input.client.askedAddress(origin);
        const mirror = asked === origin ? {} : { mirror: asked };
        return { files, place, provenance: { origin, ...mirror, verification, verifiedBy } };
      }
      tried.push(`${input.client.askedAddress(place)} (its list does not name it)`);
    } catch (error) {
      if (!isMissingOnServer(error)) throw error;
      tried.push(`${input.client.askedAddress(place)} (not there)`);
    }
  }
  throw assetError('E_NOT_FOUND', {
    what: `${image.id} is at none of its addresses`,
    why: tried.join('; '),
    next: 'pxectl images --available; for a mirror: --mirror PREFIX=URL; for a file of your own: pxectl fetch FILE',
    details: { tried },
  });
}

function sumOf(trust: Trust, sum: string | undefined): Pick<Wanted, 'sha256' | 'sha512'> {
  const isSha512 = trust.kind === 'signed-list' && trust.algorithm === 'sha512';
  return isSha512 ? { sha256: undefined, sha512: sum } : { sha256: sum, sha512: undefined };
}

/**
 * The name of a file that is there although its vendor's list does not name it.
 * @throws PxectlError E_SIGNATURE unless the user wants no verification
 */
function leftOutName(
  image: RemoteImage,
  vouched: VouchedFiles,
  { client, options }: VouchInput,
): string | undefined {
  const { trust, payload } = image;
  if (trust.kind !== 'signed-list' || trust.leavesOut === undefined || payload.kind === 'files')
    return undefined;
  const { listedEnd, unlistedEnd, instead } = trust.leavesOut;
  const names = [...vouched.sums.keys()]
    .filter((name) => name.endsWith(listedEnd))
    .map((name) => name.slice(0, -listedEnd.length) + unlistedEnd);
  const name = newestMatching(names, payload.name);
  if (name === undefined || options.isVerificationSkipped === true) return name;
  throw assetError('E_SIGNATURE', {
    what: `nobody vouches for ${client.askedAddress(vouched.place + name)}`,
    why: `${client.askedAddress(vouched.place + trust.list)} does not name it, and it has no signature of its own`,
    next: `pxectl fetch ${instead}, which installs the same and is signed (what is not: docs/images.md)`,
  });
}
