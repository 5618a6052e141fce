import { assetError, type PxectlError } from '../../model/errors.ts';
import { nearestWord } from '../../model/nearest-word.ts';
import { availableImages } from './available.ts';

/** That the catalogue has no image of this name, and which one was probably meant. */
export function unknownImage(id: string): PxectlError {
  const known = availableImages().map((image) => image.id);
  const releases = known.filter((name) => name.startsWith(`${id}-`));
  const near = nearestWord(id, known);
  const why = releases.length > 0 ? `there are ${releases.join(', ')}` : near && `did you mean ${near}?`;
  return assetError('E_IMAGE_UNKNOWN', {
    what: `there is no image ${id} in the catalogue`,
    ...(why === undefined ? {} : { why }),
    next: 'pxectl images --available',
  });
}
