/** Option 60 of a network boot client, for example `PXEClient:Arch:00007:UNDI:003016`. */
export interface BootVendorClass {
  readonly kind: 'PXEClient' | 'HTTPClient';
  /** the number after `Arch:` */
  readonly architecture?: number;
  /** UNDI major and minor version, for example 3 and 16 */
  readonly undi?: { readonly major: number; readonly minor: number };
}

/** Undefined when the text does not begin with PXEClient or HTTPClient (PXE 2.1 §2.2.1; UEFI 2.10 §24.7.3). */
export function parseVendorClass(text: string): BootVendorClass | undefined {
  const match = /^(PXEClient|HTTPClient)(?::Arch:(\d{5}|\d{1,4}(?=:|$)))?(?::UNDI:(\d{3})(\d{3}))?/.exec(
    text,
  );
  if (match === null) return undefined;
  const [, kind, architecture, major, minor] = match;
  return {
    kind: kind as BootVendorClass['kind'],
    ...(architecture === undefined ? {} : { architecture: Number(architecture) }),
    ...(major === undefined || minor === undefined
      ? {}
      : { undi: { major: Number(major), minor: Number(minor) } }),
  };
}
