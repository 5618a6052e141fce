/** CPU that an image's kernel runs on. */
export type ImageArchitecture = 'amd64' | 'arm64' | 'i386';

/** What an installation is automated with; `none` when the image cannot be. */
export type SeedFormat =
  'preseed' | 'autoinstall' | 'kickstart' | 'autoyast' | 'ignition' | 'talos' | 'alpine' | 'none';

/** The file that each kind of installer asks for in its seed folder. */
export const SEED_FILE_NAMES: Readonly<Record<SeedFormat, string>> = {
  preseed: 'preseed.cfg',
  autoinstall: 'user-data',
  kickstart: 'ks.cfg',
  autoyast: 'autoinst.xml',
  ignition: 'config.ign',
  talos: 'machine.yaml',
  alpine: 'install.sh',
  none: '',
};

export type SeedKind = Exclude<SeedFormat, 'none'>;

export const SEED_KINDS = Object.keys(SEED_FILE_NAMES).filter((name): name is SeedKind => name !== 'none');

/** What a stored file is for. */
export type FileRole =
  'kernel' | 'initrd' | 'root-image' | 'modloop' | 'kernel-hwe' | 'initrd-hwe' | 'shim' | 'grub' | 'other';

/** How far the bytes of an image can be trusted, best first. */
export type Verification =
  /** SHA-256 in a list whose signature matched a pinned key */
  | 'signature'
  /** SHA-256 came with the catalogue or a package manager vouched for it */
  | 'package'
  /** SHA-256 matched a list that nobody signed */
  | 'checksum'
  /** from a file or folder of the user's own: only its own hash is known */
  | 'local'
  /** the user asked to skip verification */
  | 'skipped';

export interface StoredFile {
  readonly role: FileRole;
  /** path relative to the image's folder, with `/` */
  readonly path: string;
  readonly sizeBytes: number;
  /** lower-case hex */
  readonly sha256: string;
}

/** `.pxectl/images/<id>/manifest.json`: what is stored, where it came from and how it was verified. */
export interface ImageManifest {
  readonly schema: 'pxectl.image/1';
  readonly id: string;
  readonly title: string;
  readonly distribution: string;
  readonly release: string;
  readonly architecture: ImageArchitecture;
  readonly files: readonly StoredFile[];
  readonly origin: string;
  /** where it really came from, when a mirror was asked instead */
  readonly mirror?: string;
  readonly verification: Verification;
  /** one line: by which key, list or package */
  readonly verifiedBy: string;
  /** ISO 8601 */
  readonly verifiedAt: string;
  readonly boot: ImageBoot;
}

/**
 * How the image is booted, as data. Placeholders in arguments, filled in by plan/kernel-arguments:
 * `{http}` base URL of this image's files, `{root}` URL of the root image, `{seed}` URL of the machine's seed folder
 * with a trailing slash, `{initrd}` base name of the initrd, `{mac}` the machine's MAC.
 */
export interface ImageBoot {
  /** arguments always given */
  readonly arguments: readonly string[];
  /** arguments given only when the machine has an install seed */
  readonly seedArguments: readonly string[];
  /** arguments that the distribution wants after `---` (copied to the installed system) */
  readonly installedArguments?: readonly string[];
  /** the image's system reads `BOOTIF=01-aa-bb-cc-dd-ee-ff` and uses the card that the machine was booted from */
  readonly readsBootif?: boolean;
  readonly seedFormat: SeedFormat;
  /** memory the machine needs, MiB */
  readonly ramMiB: number;
}

/** The stored file of one role, if the image has it. */
export function fileOf(manifest: ImageManifest, role: FileRole): StoredFile | undefined {
  return manifest.files.find((file) => file.role === role);
}
