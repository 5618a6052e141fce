import type { Evidence, Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { makeFinding } from '../../finding-catalogue.ts';
import { imageOfCommand } from '../image-command.ts';
import { damagedInitrdWords } from './initrd-word-rules.ts';
import { lintIpxeNames } from './ipxe-name-rules.ts';
import { nameInAddress, valuesOf } from '../ipxe-values.ts';
import { lineEdit, lineEvidence, needsNoInitrd, type BootScriptInput } from '../script-lines.ts';

/** What one boot of a script loads: from a kernel line to the boot command, or to the next kernel. */
interface Section {
  readonly kernels: {
    readonly index: number;
    readonly raw: string;
    readonly name: string;
    readonly arguments: string;
  }[];
  /** files that may hold what an initrd holds are loaded, too */
  hasMore: boolean;
  /** its first initrd */
  initrd: { readonly index: number; readonly raw: string; readonly name: string | undefined } | undefined;
  hasArgument: boolean;
  /** arguments that replace those of the kernel line */
  imgargs: { readonly index: number; readonly raw: string } | undefined;
}

/** Rules of iPXE scripts. */
export function lintIpxe(input: BootScriptInput, lines: readonly string[]): readonly Finding[] {
  const sections = sectionsOf(lines);
  return [
    ...missingShebang(input, lines),
    ...missingInitrdArgument(input, sections),
    ...missingInitrd(input, sections),
    ...damagedInitrdWords(input, lines),
    ...(ipxeFragment(input.text).length > 0 ? [] : lintIpxeNames(input, lines)),
  ];
}

/**
 * Why a text is a part of a script and no whole one: it begins with a label, or jumps to one that it does not have.
 * Empty for a whole script.
 */
export function ipxeFragment(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  if (/^#!ipxe\b/.test(lines[0] ?? '')) return [];
  const first = lines.map((line) => line.trim()).find((line) => line !== '' && !line.startsWith('#')) ?? '';
  const labels = new Set(lines.flatMap((line) => /^\s*:(\S+)/.exec(line)?.[1] ?? []));
  const jumps = lines.flatMap((line) => /\bgoto\s+([\w.-]+)/.exec(line)?.[1] ?? []);
  const isPart = /^(?::|item\b)/.test(first) || jumps.some((label) => !labels.has(label));
  return isPart ? ['this is a part of an iPXE script: it has no #!ipxe, and is put into another one'] : [];
}

function missingShebang({ path, text }: BootScriptInput, lines: readonly string[]): Finding[] {
  if (/^#!ipxe\b/.test(lines[0] ?? '')) return [];
  const at = lines.findIndex((line) => /^\s*#!ipxe\b/.test(line));
  // what a template has before it may vanish
  if (at >= 0 && lines.slice(0, at).every((line) => /^\s*(?:#|$)/.test(line)))
    return [lateShebang(lineEvidence(path, at, lines[at] ?? ''), at)];
  if (ipxeFragment(text).length > 0) return [];
  return [
    makeFinding('loader-config-missing', [lineEvidence(path, 0, lines[0] ?? '')], {
      title: 'an iPXE script must begin with #!ipxe',
      cause: 'Without it iPXE does not recognise the file: "Exec format error" (2e008081).',
      mends: [lineEdit(path, 0, lines[0] ?? '', ['#!ipxe', (lines[0] ?? '').trim()])],
      codes: ['2e0080'],
    }),
  ];
}

/** It is there, and something stands before it. */
function lateShebang(evidence: Evidence, index: number): Finding {
  return makeFinding('loader-config-missing', [evidence], {
    title:
      index === 0
        ? 'blanks, or a mark that does not show, stand before #!ipxe'
        : `#!ipxe stands in line ${index + 1}, not in the first`,
    cause:
      'iPXE knows a script by its very first bytes, and this file begins with others: "Exec format error" (2e008081).',
    mends: [
      words(
        index === 0
          ? 'take away what stands before it: # is the first character of the file (and save it as UTF-8 without a byte order mark)'
          : 'move it to the beginning of the file',
      ),
    ],
    codes: ['2e0080'],
  });
}

/** Arguments of installers and live systems: their first programs are in the initrd. */
const OF_INITRD =
  /(?:^|\s)(?:coreos\.|ignition\.|flatcar\.|inst\.|rd\.|root=live:|boot=(?:casper|live)\b|netboot=|fetch=|archiso|alpine_repo=|modloop=|talos\.|ds=nocloud|autoinstall\b|preseed\/|rancheros?\.|harvester\.)/;

/** An installer or live system whose kernel is loaded alone. */
function missingInitrd({ path }: BootScriptInput, sections: readonly Section[]): Finding[] {
  return sections.flatMap(({ kernels, initrd, hasArgument, hasMore }) => {
    const kernel = kernels.at(-1);
    if (!kernel || initrd !== undefined || hasArgument || hasMore || !OF_INITRD.test(kernel.arguments))
      return [];
    return [
      makeFinding('initrd-missing', [lineEvidence(path, kernel.index, kernel.raw)], {
        title: `the script loads the kernel ${kernel.name} and no initrd`,
        mends: [words('a line before boot: initrd and the URL of the file that belongs to this kernel')],
      }),
    ];
  });
}

/** What an initrd is called of which nobody can tell the name that its address ends with. */
const GIVEN_NAME = 'initrd.img';

/** Under UEFI an older kernel or iPXE needs initrd=NAME when iPXE loads an initrd. */
function missingInitrdArgument({ path }: BootScriptInput, sections: readonly Section[]): Finding[] {
  return sections.flatMap(({ kernels, initrd, hasArgument, imgargs }) => {
    if (initrd === undefined || hasArgument) return [];
    return kernels
      .slice(-1)
      .map((kernel) => imgargs ?? kernel)
      .map(({ index, raw }) =>
        makeFinding('initrd-argument-missing', [lineEvidence(path, index, raw)], {
          mends: [
            lineEdit(path, index, raw, [`${raw.trim()} initrd=${initrd.name ?? GIVEN_NAME}`]),
            ...(initrd.name === undefined
              ? [
                  lineEdit(path, initrd.index, initrd.raw, [
                    initrd.raw.trim().replace(/^initrd\b/, `initrd --name ${GIVEN_NAME}`),
                  ]),
                ]
              : []),
          ],
        }),
      );
  });
}

function sectionsOf(lines: readonly string[]): readonly Section[] {
  const values = valuesOf(lines);
  const sections: Section[] = [];
  let section: Section = {
    kernels: [],
    hasMore: false,
    initrd: undefined,
    hasArgument: false,
    imgargs: undefined,
  };
  const close = (): void => {
    if (section.kernels.length > 0) sections.push(section);
    section = { kernels: [], hasMore: false, initrd: undefined, hasArgument: false, imgargs: undefined };
  };
  lines.forEach((raw, index) => {
    const text = raw.trim();
    if (text.startsWith('#')) return;
    const image = imageOfCommand(text);
    const isKernel =
      /^(?:kernel|imgselect)$/.test(image?.verb ?? '') || (image?.verb === 'chain' && /\binitrd=/.test(text));
    if (image && isKernel && !needsNoInitrd(image.name)) {
      // a menu of several systems: each kernel that comes after an initrd begins a new one
      if (section.kernels.length > 0 && section.initrd !== undefined) close();
      section.kernels.push({ index, raw, name: image.name, arguments: image.arguments });
    }
    const initrd = /^(?:initrd|imgfetch|module)\s+(?:--name\s+(\S+)\s+)?(?:--\S+\s+)*(\S+)(?:\s+(\S+))?/.exec(
      text,
    );
    if (/^initrd\b/.test(text) && initrd) {
      const name = initrd[1] ?? initrd[3] ?? nameInAddress(initrd[2] ?? '', values);
      section.initrd ??= { index, raw, name };
    }
    if (/^(?:imgfetch|module|imgextract)\b/.test(text)) section.hasMore = true;
    if (/^imgargs\s/.test(text)) section.imgargs = { index, raw };
    // a variable that stands alone may hold it
    const hasVariable =
      /^(?:kernel|imgargs)\s/.test(text) &&
      text
        .split(/\s+/)
        .slice(2)
        .some((word) => /^\$\{[\w.:-]+\}$/.test(word));
    if (/(?:^|\s)initrd=\S/.test(text) || hasVariable) section.hasArgument = true;
    if (/^boot\b|^:/.test(text)) close();
  });
  close();
  return sections;
}
