/** Every error that a user can be shown has one of these codes; docs/errors.md has a heading for each. */
export type ErrorCode =
  | 'E_USAGE'
  | 'E_CONFIG_NOT_FOUND'
  | 'E_CONFIG_SYNTAX'
  | 'E_CONFIG_VALUE'
  | 'E_CONFIG_UNSAFE_VALUE'
  | 'E_PRIVILEGE'
  | 'E_PORT_IN_USE'
  | 'E_NO_INTERFACE'
  | 'E_NO_ADDRESS'
  | 'E_ADDRESS_IN_USE'
  | 'E_SECOND_DHCP_SERVER'
  | 'E_HOST'
  | 'E_TOOL_MISSING'
  | 'E_TOOL_FAILED'
  | 'E_DOCKER_UNREACHABLE'
  | 'E_DOCKER_UNSUITABLE'
  | 'E_DISK_FULL'
  | 'E_PERMISSION'
  | 'E_UNSAFE_FOLDER'
  | 'E_LOCKED'
  | 'E_ALREADY_RUNNING'
  | 'E_NOT_RUNNING'
  | 'E_CONTROL'
  | 'E_IMAGE_UNKNOWN'
  | 'E_IMAGE_NOT_FETCHED'
  | 'E_IMAGE_IN_USE'
  | 'E_IMAGE_ARCHITECTURE'
  | 'E_IMAGE_UNRECOGNISED'
  | 'E_IMAGE_UNSUPPORTED'
  | 'E_LOADER_MISSING'
  | 'E_LOADER_INVALID'
  | 'E_DOWNLOAD'
  | 'E_NOT_FOUND'
  | 'E_OFFLINE'
  | 'E_CHECKSUM'
  | 'E_SIGNATURE'
  | 'E_ISO_INVALID'
  | 'E_ARCHIVE_INVALID'
  | 'E_ENGINE_START'
  | 'E_ENGINE_NOT_READY'
  | 'E_ENGINE_DIED'
  | 'E_ENGINE_VERSION'
  | 'E_IMAGE_BUILD'
  | 'E_LAB'
  | 'E_POWER'
  | 'E_INPUT';

/** What an error is about; the CLI maps each kind to one exit code (DESIGN §5). */
export type ErrorKind = 'failure' | 'usage' | 'config' | 'environment' | 'asset' | 'engine';

export interface ErrorDetails {
  /** one line: what happened */
  readonly what: string;
  /** one line: why, as far as it is known */
  readonly why?: string;
  /** the next command to run, or what to change */
  readonly next?: string;
  readonly cause?: unknown;
  /** JSON-safe facts for `--json` */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An error that the user can act on. Anything else that is thrown is a bug in pxectl (exit 70). */
export class PxectlError extends Error {
  override readonly name = 'PxectlError';
  readonly why: string | undefined;
  readonly next: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    readonly kind: ErrorKind,
    readonly code: ErrorCode,
    details: ErrorDetails,
  ) {
    super(details.what, details.cause === undefined ? undefined : { cause: details.cause });
    this.why = details.why;
    this.next = details.next;
    this.details = details.details;
  }
}

export const usageError = (d: ErrorDetails): PxectlError => new PxectlError('usage', 'E_USAGE', d);
export const configError = (code: ErrorCode, d: ErrorDetails): PxectlError =>
  new PxectlError('config', code, d);
export const environmentError = (code: ErrorCode, d: ErrorDetails): PxectlError =>
  new PxectlError('environment', code, d);
export const assetError = (code: ErrorCode, d: ErrorDetails): PxectlError =>
  new PxectlError('asset', code, d);
export const engineError = (code: ErrorCode, d: ErrorDetails): PxectlError =>
  new PxectlError('engine', code, d);

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What, why and what to do in one line, where there are many. */
export function inOneLine(error: unknown): string {
  const { why, next } = error instanceof PxectlError ? error : { why: undefined, next: undefined };
  return [messageOf(error), why, next].filter((part) => part !== undefined).join('; ');
}

/** The `code` of a Node system error (`ENOENT`, `EADDRINUSE` …), or undefined. */
export function systemCodeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
