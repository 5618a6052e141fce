import { usageError } from '../model/errors.ts';

/** Ids become folder names, URL segments and menu labels: nothing that any of them would have to quote. */
const ID_PATTERN = /^[a-z0-9][a-z0-9.-]{0,62}$/;

/** @throws PxectlError E_USAGE when the text cannot be an image id */
export function checkImageId(id: string): string {
  if (ID_PATTERN.test(id) && !id.includes('..')) return id;
  throw usageError({
    what: `${JSON.stringify(id)} is not an image name`,
    why: 'image names are lower-case letters, digits, dots and hyphens, at most 63 of them',
    next: 'pxectl images --available',
  });
}
