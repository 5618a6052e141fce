import type { SeedFormat } from '../../model/image.ts';

/** How each kind of seed is recognised, whatever it was given for. */
const LOOKS: readonly (readonly [Exclude<SeedFormat, 'none'> | 'Butane', RegExp])[] = [
  ['autoinstall', /^\s*(## template:.*\n\s*)?#cloud-config\b|^autoinstall:/i],
  ['talos', /^version:\s*["']?v1alpha1\b/m],
  ['Butane', /^variant:\s*(flatcar|fcos)\b/m],
  ['ignition', /^\s*\{[^]*"ignition"/],
  ['alpine', /^#!(?=[^]*\n[^#\n]*\bsetup-(alpine|disk)\b)/],
  ['autoyast', /^\s*(<\?xml\b[^]*)?<profile\b/],
  ['preseed', /^[ \t]*(d-i|debconf|tasksel|popularity-contest)[ \t]+[^\s/]+\/\S+[ \t]+\S/m],
  ['kickstart', /^(%packages|%post|rootpw|autopart|clearpart|zerombr|bootloader|part)(?=\s|$)/m],
  ['autoinstall', /^autoinstall:/m],
];

/** What the text is instead of the wanted kind; undefined when it may be that, or when nothing is known. */
export function otherKindOf(format: SeedFormat, text: string): string | undefined {
  const kinds: readonly string[] = kindsOf(text);
  return kinds.includes(format) ? undefined : kinds[0];
}

/** What installer a text is for, as far as it shows. */
export function seedFormatOfText(text: string): Exclude<SeedFormat, 'none'> | undefined {
  const [kind] = kindsOf(text);
  return kind === 'Butane' ? 'ignition' : kind;
}

const kindsOf = (text: string): readonly (typeof LOOKS)[number][0][] =>
  LOOKS.filter(([, look]) => look.test(text)).map(([kind]) => kind);
