import type { Finding } from '../../../model/finding.ts';
import { editDistance } from '../../../model/nearest-word.ts';
import { splitValue } from '../conf-lines.ts';
import type { ConfLine } from '../conf-line.ts';
import { lintFinding, type LintInput } from '../lint-finding.ts';

/** What firmware says of itself in option 60, and wants to hear (PXE 2.1; UEFI 24.7): letter by letter. */
const VENDOR_CLASSES = ['PXEClient', 'HTTPClient'];
const MATCHES = new Set(['dhcp-vendorclass', 'dhcp-match']);
const SENDS = new Set(['dhcp-option', 'dhcp-option-force', 'dhcp-pxe-vendor']);

/** The vendor class that a text nearly is; undefined for one that is it, and for any other word. */
export function meantVendorClass(
  text: string,
): { readonly wrong: string; readonly meant: string } | undefined {
  const wrong = /^[A-Za-z]+/.exec(text)?.[0] ?? '';
  if (VENDOR_CLASSES.includes(wrong)) return undefined;
  const meant = VENDOR_CLASSES.find((one) => editDistance(one.toLowerCase(), wrong.toLowerCase()) <= 2);
  return meant === undefined ? undefined : { wrong, meant };
}

/** PXEClient and HTTPClient with a slip: no client says so, and none takes such an answer. */
export function misspeltVendorClasses({ config }: LintInput): Finding[] {
  return config.files.lines.flatMap((at) => {
    const found = vendorClassOf(at)
      .map(meantVendorClass)
      .find((one) => one !== undefined);
    if (found === undefined) return [];
    const { wrong, meant } = found;
    const isSent = SENDS.has(at.key);
    const id = !isSent
      ? 'tag-never-set'
      : meant === 'HTTPClient'
        ? 'http-client-unanswered'
        : 'proxy-offer-ignored';
    return [
      lintFinding(id, [at], [{ at, lines: [at.raw.replace(wrong, meant)] }], {
        severity: 'error',
        title: isSent
          ? `the vendor class ${wrong} is not ${meant}: firmware drops an answer with it`
          : `no client says ${wrong}: it is ${meant}, and the tag of this line is never set`,
        cause: 'Option 60 is compared letter by letter, capitals too.',
      }),
    ];
  });
}

/** The parts of a line that stand where a vendor class does. */
function vendorClassOf({ key, value }: ConfLine): readonly string[] {
  if (!MATCHES.has(key) && !SENDS.has(key)) return [];
  const parts = splitValue(value);
  if (key === 'dhcp-pxe-vendor') return parts;
  // the first word is a tag
  if (key === 'dhcp-vendorclass') return parts.slice(1);
  const code = parts.findIndex((part) => /^(?:60|option:(?:60|vendor-class))$/.test(part));
  return code < 0 ? [] : parts.slice(code + 1);
}
