/** A kind of text that goes into generated files or kernel command lines, and what it may hold. */
export interface SafeText {
  readonly pattern: RegExp;
  readonly maxLength: number;
  /** where it goes, to explain a refusal */
  readonly goesInto: string;
  readonly allowed: string;
}

/** Linux: at most 15 bytes (IFNAMSIZ), no slash, no space; dnsmasq splits at commas. */
export const INTERFACE_NAME: SafeText = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.@-]*$/,
  maxLength: 15,
  goesInto: 'dnsmasq.conf',
  allowed: 'letters, digits and _ . @ -',
};

/** A folder name, a menu label and part of URLs at once. */
export const IMAGE_ID: SafeText = {
  pattern: /^[A-Za-z0-9](?:[A-Za-z0-9_+-]|\.(?!\.))*$/,
  maxLength: 64,
  goesInto: 'paths, menus and URLs',
  allowed: 'letters, digits and . _ + -',
};

export const MACHINE_NAME: SafeText = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
  maxLength: 63,
  goesInto: 'menus and generated files',
  allowed: 'letters, digits and . _ -',
};

/** A folder name and part of boot file names, which are short: it begins with a letter, so that YAML keeps its order. */
export const PROFILE_NAME: SafeText = {
  pattern: /^[A-Za-z][A-Za-z0-9_-]*$/,
  maxLength: 32,
  goesInto: 'paths and boot file names',
  allowed: 'a letter, then letters, digits and _ -',
};

/** As SMBIOS has it; spaces are common in those of virtual machines. */
export const SERIAL_NUMBER: SafeText = {
  pattern: /^[A-Za-z0-9_.:/+(](?:[A-Za-z0-9_.:/+()=*, -]*[A-Za-z0-9_.:/+()=*-])?$/,
  maxLength: 64,
  goesInto: 'boot scripts',
  allowed: 'letters, digits, spaces inside and _ . : / + ( ) = * , -',
};

/** A part of option 60; dnsmasq has no way to write a space or a comma. */
export const VENDOR_CLASS: SafeText = {
  pattern: /^[A-Za-z0-9_.:/-]+$/,
  maxLength: 128,
  goesInto: 'dnsmasq.conf',
  allowed: 'letters, digits and _ . : / -',
};

/** Without a port. */
export const HOST_NAME: SafeText = {
  pattern: /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/,
  maxLength: 253,
  goesInto: 'what browsers ask for',
  allowed: 'letters, digits and . -',
};

/** Also a name of a file, and of a variable. */
export const SECRET_NAME: SafeText = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
  maxLength: 64,
  goesInto: 'the name of a file',
  allowed: 'letters, digits and . _ -',
};

/** A management controller; no word of it can be an option of ipmitool. */
export const POWER_HOST: SafeText = {
  pattern: /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/,
  maxLength: 255,
  goesInto: 'an address',
  allowed: 'a name or an address, IPv6 in [ ], then :PORT where it is another than usual',
};

export const POWER_USER: SafeText = {
  pattern: /^[A-Za-z0-9_.@+][A-Za-z0-9_.@+\\-]*$/,
  maxLength: 64,
  goesInto: 'command lines',
  allowed: 'letters, digits and _ . @ + - \\',
};

/** A word of seed templates. */
export const VAR_NAME: SafeText = {
  pattern: /^[A-Za-z][A-Za-z0-9_]*$/,
  maxLength: 64,
  goesInto: 'seed templates',
  allowed: 'a letter, then letters, digits and _',
};

/**
 * One kernel argument. No spaces and quotes (each loader has quoting of its own), no `#` (a comment in iPXE),
 * no `$` and backslash (expanded by GRUB and iPXE), no bare `;`, `||`, `&&` (they end an iPXE command).
 */
export const KERNEL_ARGUMENT: SafeText = {
  pattern: /^(?!(?:;|\|\||&&)$)[A-Za-z0-9_.,:;=/@%+\-~^?&|*()[\]!]+$/,
  maxLength: 512,
  goesInto: 'the kernel command line of pxelinux, GRUB and iPXE',
  allowed: 'letters, digits and _ . , : ; = / @ % + - ~ ^ ? & | * ( ) [ ] !',
};

export const URL_TEXT: SafeText = {
  pattern: /^[A-Za-z0-9_.,:;=/@%+\-~?&*()![\]]+$/,
  maxLength: 1024,
  goesInto: 'URLs',
  allowed: 'the characters of a URL, without spaces, quotes and #',
};

/** A path on this machine: spaces are fine, control characters are not. */
export const FILE_PATH: SafeText = {
  pattern: /^[^\u0000-\u001f\u007f"'`;#]+$/,
  maxLength: 4096,
  goesInto: 'generated files and logs',
  allowed: 'any character but control characters, quotes, ; and #',
};

/** Why the text must not be used as this kind, or undefined when it is fine. */
export function explainUnsafe(text: string, kind: SafeText): string | undefined {
  if (text.length > kind.maxLength) return `it is longer than ${kind.maxLength} characters`;
  if (kind.pattern.test(text)) return undefined;
  const culprit = /[\n\r]/.test(text)
    ? 'a line break'
    : [...text].find((character) => !kind.pattern.test(`a${character}a`));
  const named =
    culprit === undefined ? 'its first character' : culprit.length === 1 ? JSON.stringify(culprit) : culprit;
  return `${named} would break ${kind.goesInto}; allowed: ${kind.allowed}`;
}

/**
 * Whether a manifest's path names a file below its own folder and nothing else: relative, with `/`, no `..`, no empty
 * part, nothing hidden. Manifests lie on disk where others may have written.
 */
export function isPathBelow(path: unknown): path is string {
  return (
    typeof path === 'string' &&
    path.length <= 255 &&
    !/[\0-\x1f\\]/.test(path) &&
    path.split('/').every((part) => part !== '' && !part.startsWith('.'))
  );
}
