import type { ImageManifest } from '../model/image.ts';
import type { StateLayout } from '../model/state-layout.ts';
import type { LoaderPlatform } from '../model/firmware.ts';
import type { FetchProgress } from './fetch-progress.ts';
import type { SharedStore } from './shared/shared-store.ts';

export interface FetchOptions {
  /** the name that a file, folder or address of the user's own is stored under, instead of what it is recognised as */
  readonly storedAs?: string;
  /** `prefix → replacement` for URLs; the longest matching prefix wins */
  readonly mirrors?: Readonly<Record<string, string>>;
  /** use nothing but what is on this machine */
  readonly isOffline?: boolean;
  /** file with public keys that are trusted instead of the pinned ones */
  readonly keyring?: string;
  /** accept files that could not be verified; noted in the manifest for ever */
  readonly isVerificationSkipped?: boolean;
  /** of an address of the user's own: store kernel and initrd only, and let the machines get the ISO from that address */
  readonly isRootLeftRemote?: boolean;
  /** `hwe`: also the newer kernel of an Ubuntu LTS point release */
  readonly kernel?: 'default' | 'hwe';
  /** platforms whose boot loaders are fetched; default BIOS and x64 */
  readonly loaderPlatforms?: readonly LoaderPlatform[];
  /** also the signed iPXE 2.x with its shim, and iPXE for ia32 and arm64, from its makers */
  readonly hasSignedIpxe?: boolean;
  /** fetch again although the image is there */
  readonly isForced?: boolean;
  /** patience with servers; the defaults fit real ones */
  readonly http?: { readonly stallTimeoutMs?: number; readonly retryPauseMs?: number };
  /** how many images at once; default 3 */
  readonly parallel?: number;
}

export interface FetchContext {
  readonly layout: StateLayout;
  readonly progress: FetchProgress;
  readonly signal?: AbortSignal;
  /** what other projects have is taken from there, and what is fetched is shared */
  readonly shared?: SharedStore;
}

export interface FetchedImage {
  readonly manifest: ImageManifest;
  /** `present`: it was there already and nothing was done */
  readonly outcome: 'fetched' | 'present';
}
