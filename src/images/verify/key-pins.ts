/** A signing key that pxectl trusts by its fingerprint, wherever the key's bytes come from. */
export interface KeyPin {
  readonly name: string;
  /** primary keys, upper-case hex, 40 digits */
  readonly fingerprints: readonly string[];
  /** key rings that packages install on Debian, Ubuntu and their kin */
  readonly installedRings: readonly string[];
  /** where the vendor publishes the key; its bytes are used only when the fingerprint fits */
  readonly urls: readonly string[];
}

/** A public key server's address of one key: the last resort, since the fingerprint decides and not the server. */
export function keyserverUrl(fingerprint: string): string {
  return `https://keyserver.ubuntu.com/pks/lookup?op=get&options=mr&search=0x${fingerprint}`;
}

/**
 * Fingerprint and address: https://documentation.ubuntu.com/security/software-integrity/image-verification/
 * and https://ubuntu.com/tutorials/how-to-verify-ubuntu
 */
export const UBUNTU_CD_IMAGE: KeyPin = {
  name: 'Ubuntu CD Image Automatic Signing Key (2012)',
  fingerprints: ['843938DF228D22F7B3742BC0D94AA3F0EFE21092'],
  installedRings: [
    '/usr/share/keyrings/ubuntu-archive-keyring.gpg',
    '/etc/apt/trusted.gpg.d/ubuntu-keyring-2012-cdimage.gpg',
  ],
  urls: [
    'https://archive.ubuntu.com/ubuntu/project/ubuntu-archive-keyring.gpg',
    keyserverUrl('843938DF228D22F7B3742BC0D94AA3F0EFE21092'),
  ],
};
