import type { ImageBoot } from '../../model/image.ts';

/**
 * The arguments of an image whose files came from this folder: installers that take their packages from there get its
 * address, also when the vendor has moved the release to an archive.
 */
export function bootFrom(place: string, boot: ImageBoot): ImageBoot {
  return { ...boot, arguments: boot.arguments.map((argument) => argument.replaceAll('{place}', place)) };
}
