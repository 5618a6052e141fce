import type { Evidence, Finding, FindingId } from '../../model/finding.ts';
import { words } from '../../model/fix.ts';
import { makeFinding, sortFindings } from '../finding-catalogue.ts';
import { imageOfCommand } from './image-command.ts';
import { isPxelinuxFragment } from './pxelinux-labels.ts';
import { ipxeFragment, lintIpxe } from './rules/ipxe-rules.ts';
import { liveSystems } from './rules/live-system-rules.ts';
import { loopbackInScript } from './rules/loopback-rules.ts';
import { lostArguments } from './rules/lost-argument-rules.ts';
import { nfsRootFaults } from './rules/nfs-root-rules.ts';
import { grubWithoutInitrd, serverPaths } from './rules/path-rules.ts';
import { eachLabelAppends, lintPxelinux } from './rules/pxelinux-rules.ts';
import { lineEdit, lineEvidence, type BootScriptInput, type BootScriptKind } from './script-lines.ts';

export type { BootScriptKind } from './script-lines.ts';

/** One kernel line with its arguments, as the loader will hand them to the kernel. */
interface KernelLine {
  readonly evidence: Evidence;
  readonly index: number;
  readonly raw: string;
  readonly kernel: string | undefined;
  readonly arguments: string;
}

/** What a menu of pxelinux has beside its labels; one of other menus alone has no kernel. */
const OF_PXELINUX =
  /^[ \t]*(?:(?:kernel|linux|append|localboot|menu[ \t]+(?:include|label|title))\s|(?:default|ui)[ \t]+\S+\.c32\b)/im;

/** Which loader a configuration is for, by its name and its words; undefined when it is none of them. */
export function kindOfBootScript(path: string, text: string): BootScriptKind | undefined {
  if (/^#!ipxe\b/.test(text) || path.endsWith('.ipxe')) return 'ipxe';
  if (/pxelinux\.cfg\/[^/]+$/.test(path)) return 'pxelinux';
  if (/grub[^/]*\.cfg/.test(path.split('/').pop() ?? '')) return 'grub';
  if (isPxelinuxFragment(text)) return 'pxelinux';
  if (/^[ \t]*menuentry\s/m.test(text) || /^[ \t]*linux(?:efi)?[ \t]+\S/m.test(text)) return 'grub';
  return /^[ \t]*(?:label|default)\s/im.test(text) && OF_PXELINUX.test(text) ? 'pxelinux' : undefined;
}

/** Why no more than a part of a configuration can be judged; empty for a whole one. */
export function fragmentLimits({ text, kind }: Pick<BootScriptInput, 'text' | 'kind'>): readonly string[] {
  if (kind === 'ipxe') return ipxeFragment(text);
  return kind === 'pxelinux' && isPxelinuxFragment(text)
    ? ['this is a part of a pxelinux menu: its lines have no LABEL, and count only under one']
    : [];
}

/** Finds what is wrong for network boot in a configuration of pxelinux, GRUB or iPXE, by line. */
export function lintBootScript(input: BootScriptInput): readonly Finding[] {
  const lines = input.text.split(/\r?\n/);
  const kernels = kernelLines(input, lines);
  const findings = [
    ...missingFiles(input, lines),
    ...kernels.flatMap((kernel) => lintKernel(input, kernel)),
    ...(input.kind === 'ipxe' ? lintIpxe(input, lines) : serverPaths(input, lines)),
    ...(input.kind === 'pxelinux' ? lintPxelinux(input, lines) : []),
    ...grubWithoutInitrd(input, lines),
    ...lostArguments(input, lines),
    ...loopbackInScript(input, lines),
    ...liveSystems(input, lines),
  ];
  return sortFindings(findings);
}

function lintKernel(input: BootScriptInput, line: KernelLine): Finding[] {
  const { kind, path } = input;
  const findings: Finding[] = [];
  const mended = new Set<Finding>();
  const text = line.arguments;
  // one line may have several faults: each finding shows it with all of them mended
  let corrected = line.raw.trim();
  const say = (
    id: FindingId,
    title?: string,
    from?: string | RegExp,
    to = '',
    more: Partial<Pick<Finding, 'severity' | 'cause'>> = {},
  ): void => {
    const finding = makeFinding(id, [line.evidence], { ...(title === undefined ? {} : { title }), ...more });
    findings.push(finding);
    if (from === undefined) return;
    corrected = corrected.replace(from, to);
    mended.add(finding);
  };
  const end = /(\s---.*)?$/;
  const seed = /ds=nocloud(?:-net)?\\?;\S*|["']ds=nocloud[^"']*["']|ds=nocloud\S*/.exec(text)?.[0];
  if (seed !== undefined) {
    const seedUrl = /s=(https?:\/\/[^\s"';]*)/.exec(seed.replace('\\;', ';'))?.[1];
    if (seedUrl !== undefined && !seedUrl.endsWith('/')) {
      say('seed-url-ending', undefined, seedUrl, `${seedUrl}/`);
    }
    const now = seedUrl === undefined || seedUrl.endsWith('/') ? seed : seed.replace(seedUrl, `${seedUrl}/`);
    const isQuoted =
      /^["']/.test(seed) || seed.includes('\\;') || new RegExp(`["'][^"']*${escape(seed)}`).test(text);
    if (kind === 'grub' && seed.includes(';') && !isQuoted) {
      say('seed-quoting', 'GRUB ends the command at the ";" of ds=nocloud', now, `"${now}"`);
    }
    if (kind !== 'grub' && (/^["']/.test(seed) || seed.includes('\\;'))) {
      const plain = now.replace(/^["']|["']$/g, '').replace('\\;', ';');
      say('seed-quoting', `${kind} hands the quotes of ds=nocloud over to the kernel`, now, plain);
    }
    if (!/(?:^|\s)autoinstall(?:\s|$)/.test(text) && /(?:^|\s)(?:iso-)?url=\S+\.iso/.test(text)) {
      say('autoinstall-flag-missing', undefined, end, ' autoinstall$1');
    }
  }
  const url = /(?:^|\s)url=((?:https?:\/\/|\$\{)\S+)/.exec(text)?.[1];
  // url= is casper's only with an ISO; Debian's installer uses the same word for its preseed file
  const isCasper =
    /casper/.test(line.kernel ?? '') ||
    /casper|cloud-config-url|autoinstall|ds=nocloud|\.(?:iso|squashfs)\b/.test(text);
  if (url !== undefined && isCasper) {
    // a name may end in what the variable holds
    const isNamed = !url.endsWith('}');
    if (isNamed && !/\.iso$/i.test(url)) say('iso-url-ending', `url=${url} does not end in .iso`);
    else if (isNamed && !/(?:^|\s)cloud-config-url=/.test(text)) {
      const title = 'cloud-config-url=/dev/null is missing: cloud-init will download the ISO too';
      say('iso-fetched-twice', title, end, ' cloud-config-url=/dev/null$1');
    }
  }
  for (const { id, title, from, to, more } of nfsRootFaults(input, line)) say(id, title, from, to, more);
  const mends = [lineEdit(path, line.index, line.raw, [corrected])];
  return findings.map((finding) => (mended.has(finding) ? { ...finding, mends } : finding));
}

/** The lines that carry kernel arguments. */
function kernelLines({ kind, path }: BootScriptInput, lines: readonly string[]): readonly KernelLine[] {
  const out: KernelLine[] = [];
  let pxelinuxKernel: string | undefined;
  const firstLabel = lines.findIndex((line) => /^\s*label\s/i.test(line));
  const eachHasItsOwn = kind === 'pxelinux' && eachLabelAppends(lines);
  lines.forEach((raw, index) => {
    const evidence = lineEvidence(path, index, raw);
    const text = raw.trim();
    if (kind === 'pxelinux') {
      // a label's own APPEND takes the place of the one before all labels
      if (index < firstLabel && eachHasItsOwn) return;
      pxelinuxKernel = /^(?:kernel|linux)\s+(\S+)/i.exec(text)?.[1] ?? pxelinuxKernel;
      const append = /^append\s+(.*)/is.exec(text)?.[1];
      if (append !== undefined) out.push({ evidence, index, raw, kernel: pxelinuxKernel, arguments: append });
      return;
    }
    if (kind === 'grub') {
      const match = /^linux(?:efi|16)?\s+(\S+)\s*(.*)/s.exec(text);
      if (match) out.push({ evidence, index, raw, kernel: match[1], arguments: match[2] ?? '' });
      return;
    }
    const image = imageOfCommand(text);
    if (image && /^(?:kernel|imgargs|chain|boot)$/.test(image.verb))
      out.push({ evidence, index, raw, kernel: image.name, arguments: image.arguments });
  });
  return out;
}

function missingFiles(input: BootScriptInput, lines: readonly string[]): Finding[] {
  const named = /^\s*(?:kernel|linux(?:efi|16)?|initrd(?:efi|16)?)\s+(?:--\S+\s+\S+\s+)?(\S+)/i;
  return lines.flatMap((raw, index) => {
    const names = [
      named.exec(raw)?.[1],
      ...(/(?:^|\s)initrd=(\S+)/.exec(input.kind === 'pxelinux' ? raw : '')?.[1]?.split(',') ?? []),
    ];
    return names.flatMap((name) => {
      if (name === undefined || /[${(]|^https?:/.test(name) || input.exists(name) !== false) return [];
      return [
        makeFinding('loader-missing', [lineEvidence(input.path, index, raw)], {
          title: `${name} is not there`,
          cause: 'The loader will ask for it and be told "not found".',
          mends: [words(`put it below the TFTP root as ${name}`)],
        }),
      ];
    });
  });
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
