import type { FileRole, ImageArchitecture, ImageBoot, SeedFormat } from '../../model/image.ts';
import type { KeyPin } from '../verify/key-pins.ts';

/** How the bytes of one place are vouched for. */
export type Trust =
  /** a list of sums with a detached signature; of several names, the first that is there is taken */
  | {
      readonly kind: 'signed-list';
      readonly list: string;
      /** what the sums of the list are; SHA-256 when absent */
      readonly algorithm?: 'sha512';
      readonly signatures: readonly string[];
      readonly key: KeyPin;
      readonly leavesOut?: LeftOut;
    }
  /** a clear-signed list */
  | { readonly kind: 'clearsigned-list'; readonly list: string; readonly key: KeyPin }
  /** Release file of a Debian archive, which vouches for a list, which vouches for the files */
  | {
      readonly kind: 'debian-archive';
      /** what the Release file must call itself */
      readonly codename: string;
      readonly inRelease: string;
      readonly list: string;
      readonly key: KeyPin;
    }
  /** a list that nobody signed: it protects against accidents, and its server's certificate against others */
  | { readonly kind: 'unsigned-list'; readonly list: string }
  /** each file has a detached signature of its own beside it; `list`, which nobody signed, only says what there is */
  | { readonly kind: 'signed-files'; readonly list?: string; readonly suffix: string; readonly key: KeyPin };

/**
 * A file that its vendor's list does not name: it stands beside one that is named, and has its name but for the end.
 * Nobody vouches for it, so it is taken only by a user who insists.
 */
export interface LeftOut {
  /** end of the name of the file that the list has */
  readonly listedEnd: string;
  readonly unlistedEnd: string;
  /** id of the image that installs the same and is vouched for */
  readonly instead: string;
}

/** What is downloaded. Patterns are matched against the names in the list; the newest match is taken. */
export type Payload =
  /** one ISO, kept whole as the root image; kernel and initrd are read out of it */
  | { readonly kind: 'iso'; readonly name: RegExp }
  /** one netboot tarball, unpacked */
  | { readonly kind: 'tarball'; readonly name: RegExp }
  /**
   * single files; the image is described here because there is nothing to recognise it by. `{place}` in an argument is
   * the folder that the files were found in
   */
  | { readonly kind: 'files'; readonly files: readonly RemoteFile[]; readonly boot: ImageBoot };

export interface RemoteFile {
  readonly role: FileRole;
  /** name in the list, and path below the place */
  readonly name: string;
  /** path in the image's folder */
  readonly path: string;
}

/** An image that can be had by its name: one entry of the catalogue. */
export interface RemoteImage {
  readonly id: string;
  readonly title: string;
  readonly distribution: string;
  readonly release: string;
  readonly architecture: ImageArchitecture;
  readonly ramMiB: number;
  readonly seedFormat: SeedFormat;
  /** folders that may hold it, tried in order; each ends with a slash */
  readonly places: readonly string[];
  readonly trust: Trust;
  readonly payload: Payload;
}
