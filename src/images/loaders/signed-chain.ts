import type { ImageManifest } from '../../model/image.ts';

/** Who signed shim's trust, GRUB and kernel: under Secure Boot all three must be of one vendor. */
export type SigningVendor = 'debian' | 'ubuntu';

/** Ubuntu's versions say so: shim-signed 1.58+15.8-0ubuntu1, grub-efi-amd64-signed 1.202+2.12-1ubuntu7. */
export function vendorOfPackage(version: string): SigningVendor {
  return version.includes('ubuntu') ? 'ubuntu' : 'debian';
}

/** Who signed the image's kernel; undefined for vendors whose packages are no .debs. Flavours and Mint have Ubuntu's kernel. */
export function vendorOfImage(image: Pick<ImageManifest, 'distribution'>): SigningVendor | undefined {
  if (/ubuntu/.test(image.distribution) || image.distribution === 'linux-mint') return 'ubuntu';
  return image.distribution === 'debian' ? 'debian' : undefined;
}

/**
 * Whether shim and GRUB of this version refuse the kernels of all images that a signing vendor is known of, so that those
 * of the images' own release are wanted. With images of both vendors one of them loses: the chain that is there stays.
 */
export function isChainForeign(
  version: string,
  images: readonly Pick<ImageManifest, 'distribution'>[],
): boolean {
  const wanted = new Set(images.map(vendorOfImage).filter((vendor) => vendor !== undefined));
  return wanted.size > 0 && !wanted.has(vendorOfPackage(version));
}
