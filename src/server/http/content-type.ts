/**
 * By extension. UEFI HTTP Boot tells a program from a disk image by these exact types (EDK2 HttpBootDxe:
 * no parameters allowed); everything that a loader reads as a script is plain text.
 */
const TYPES: Readonly<Record<string, string>> = {
  efi: 'application/efi',
  iso: 'application/vnd.efi-iso',
  img: 'application/vnd.efi-img',
  ipxe: 'text/plain',
  cfg: 'text/plain',
  conf: 'text/plain',
  txt: 'text/plain',
  ks: 'text/plain',
  yaml: 'text/plain',
  yml: 'text/plain',
  json: 'application/json',
  ign: 'application/json',
  xml: 'application/xml',
  html: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
  svg: 'image/svg+xml',
  png: 'image/png',
};

/** The Content-Type for a path, without parameters. */
export function contentTypeOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  const extension = dot === -1 ? '' : name.slice(dot + 1).toLowerCase();
  return (Object.hasOwn(TYPES, extension) ? TYPES[extension] : undefined) ?? 'application/octet-stream';
}
