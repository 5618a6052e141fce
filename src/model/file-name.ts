/** What stands behind the ending of a name that a ROM read too far: bytes, or what a log writes for them. */
const BYTES_BEHIND = /(\.\w{1,6})(?:[\x00-\x1f\x7f-\uffff]|\\x[0-9a-f]{2}|[\\#][0-7]{3})+$/i;
/** Most names have none of what such bytes are written with. */
const MAY_HAVE_BYTES_BEHIND = /[\x00-\x1f\x7f-\uffff\\#]/;

/** Old ROMs read the name in option 67 past its length, where no zero byte ends it. */
export function hasBytesBehind(path: string): boolean {
  return MAY_HAVE_BYTES_BEHIND.test(path) && BYTES_BEHIND.test(path);
}

/** The last part of a path or URL, without a query, and without bytes that are none of it. */
export function baseName(whole: string): string {
  const path = MAY_HAVE_BYTES_BEHIND.test(whole) ? whole.replace(BYTES_BEHIND, '$1') : whole;
  const end = path.search(/[?#]/);
  const plain = end < 0 ? path : path.slice(0, end);
  return plain.slice(Math.max(plain.lastIndexOf('/'), plain.lastIndexOf('\\')) + 1);
}

/** Files that loaders ask for in turn, or only when they are there: "not found" is normal. */
export function isOptionalFile(path: string): boolean {
  if (/(?:^|\/)pxelinux\.cfg\/[^/]+$/.test(path)) return true;
  const name = baseName(path).toLowerCase();
  return (
    /^revocations(?:_\w+)?\.efi$|^shim_certificate(?:_\d+)?\.efi$|^mm(?:x64|aa64|ia32)\.efi$/.test(name) ||
    /\.(?:lst|pf2|mo|cer)$/.test(name) ||
    /^autoexec\.ipxe$|^favicon\.ico$|^boot\.cfg$/.test(name) ||
    /^grub\.cfg-/.test(name) ||
    // the second configuration that Red Hat's GRUB tries, and the script of one machine
    /(?:^|\/)machines\/[0-9a-f-]{17}\.ipxe$/.test(path)
  );
}
