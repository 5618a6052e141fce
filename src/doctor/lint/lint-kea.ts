import type { Finding } from '../../model/finding.ts';
import { command, words } from '../../model/fix.ts';
import { makeFinding } from '../finding-catalogue.ts';
import { isStockIpxe } from '../analyse/boot-files.ts';
import { lineEdit, lineEvidence } from './script-lines.ts';

/** A client class, as far as it says who gets which boot file. */
interface KeaClass {
  readonly name: string;
  readonly test: string;
  readonly bootFile: string;
  /** index of the line that names it */
  readonly index: number;
  readonly raw: string;
}

/** Rules of a Kea configuration, by line. A text that is no whole JSON is read all the same. */
export function lintKea(path: string, text: string): readonly Finding[] {
  const lines = text.split(/\r?\n/);
  return [...textComparisons(path, lines), ...foreignOptions(path, lines), ...classOrder(path, text)];
}

/** Kea compares bytes: what stands in quotes is text, and '00:07' is five letters. */
const BYTES_IN_QUOTES =
  /(option\[(?:93|client-system)\]\.hex\s*==\s*)'(?:0x)?([0-9a-fA-F]{2}):?([0-9a-fA-F]{2})'/g;

function textComparisons(path: string, lines: readonly string[]): readonly Finding[] {
  const wrong = lines.flatMap((raw, index) => {
    const mended = raw.trim().replace(BYTES_IN_QUOTES, '$10x$2$3');
    return mended === raw.trim() || /^\s*(?:#|\/\/)/.test(raw) ? [] : [{ index, raw, mended }];
  });
  if (wrong.length === 0) return [];
  return [
    makeFinding(
      'no-boot-service-for-arch',
      wrong.map(({ index, raw }) => lineEvidence(path, index, raw)),
      {
        title: 'the architecture is compared with a text: no client is ever in these classes',
        cause:
          'option[93].hex is two bytes, and what stands in quotes is the letters themselves. Every machine falls to what is said outside of the classes.',
        mends: wrong.map(({ index, raw, mended }) => lineEdit(path, index, raw, [mended])),
      },
    ),
  ];
}

/** Fields of a class or subnet that people write as options. */
const NO_OPTIONS = /^\s*\{?\s*"name"\s*:\s*"(next-server|server-hostname|filename|siaddr)"/;

function foreignOptions(path: string, lines: readonly string[]): readonly Finding[] {
  return lines.flatMap((raw, index) => {
    const name = NO_OPTIONS.exec(raw)?.[1];
    const isOption = name !== undefined && /"data"\s*:/.test(`${raw}${lines[index + 1] ?? ''}`);
    if (!isOption) return [];
    const right = name === 'filename' ? 'boot-file-name' : name === 'siaddr' ? 'next-server' : name;
    return [
      makeFinding('config-unreadable', [lineEvidence(path, index, raw)], {
        title: `${name} is no DHCP option of Kea: it does not start with this option-data`,
        cause: `"${right}" is a field of its own, beside "option-data", not in it.`,
        mends: [
          words(
            `take it out of option-data, and write beside it, in the subnet or class: "${right}": "VALUE"`,
          ),
          command(`kea-dhcp4 -t ${path}`, 'then see whether Kea takes it'),
        ],
      }),
    ];
  });
}

/**
 * The order of Kea's client classes: of several classes that a client is in, the first that names a boot file counts
 * (Kea ARM, client classification).
 */
function classOrder(path: string, text: string): readonly Finding[] {
  const classes = classesOf(text);
  const own = classes.findIndex(({ test }) => isOfIpxe(test));
  const ipxe = classes[own];
  if (!ipxe) return [];
  const before = classes.slice(0, own).find((one) => isStockIpxe(one.bootFile) && takesIpxeToo(one.test));
  if (!before) return [];
  return [
    makeFinding(
      'ipxe-loop',
      [before, ipxe].map(({ index, raw }) => lineEvidence(path, index, raw)),
      {
        title: `class ${before.name} comes before ${ipxe.name}: iPXE is given ${before.bootFile} again and again`,
        cause: `iPXE is in both classes, and of several classes the first that has a boot-file-name counts in Kea: it never gets ${ipxe.bootFile}.`,
        mends: [
          words(`put class ${ipxe.name} before all classes that name a boot file for firmware`),
          words(
            `or leave iPXE out of ${before.name}: add "and not member('${ipxe.name}')" to its test, which needs ${ipxe.name} to stand before it too`,
          ),
        ],
      },
    ),
  ];
}

function isOfIpxe(test: string): boolean {
  return /iPXE|gPXE|option\[(?:175|77|user-class)\]\.(?:exists|option)/i.test(test) && !/\bnot\b/.test(test);
}

/** A test of the architecture or of PXEClient: iPXE sends the same. */
function takesIpxeToo(test: string): boolean {
  return (
    /option\[(?:93|client-system|60|vendor-class-identifier)\]|PXEClient/i.test(test) &&
    !/iPXE|gPXE|\bmember\b|option\[(?:77|175|user-class)\]/i.test(test)
  );
}

function classesOf(text: string): readonly KeaClass[] {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/^\s*(?:#|\/\/).*$/, ''));
  const classes: { name: string; test: string; bootFile: string; index: number; raw: string }[] = [];
  const begin = lines.findIndex((line) => /"client-classes"\s*:/.test(line));
  if (begin < 0) return [];
  let depth = 0;
  for (const [index, raw] of lines.entries()) {
    if (index < begin) continue;
    const line = index === begin ? raw.slice(raw.indexOf('"client-classes"')) : raw;
    const name = /"name"\s*:\s*"([^"]*)"/.exec(line)?.[1];
    // the options of a class have names too
    if (name !== undefined && depth <= 2 && !/"code"|"data"/.test(line))
      classes.push({ name, test: '', bootFile: '', index, raw });
    const last = classes.at(-1);
    if (last) {
      last.test = /"test"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? last.test;
      last.bootFile = /"boot-file-name"\s*:\s*"([^"]*)"/.exec(line)?.[1] ?? last.bootFile;
    }
    depth += (line.match(/[[{]/g)?.length ?? 0) - (line.match(/[\]}]/g)?.length ?? 0);
    if (depth <= 0) break;
  }
  return classes.filter(({ bootFile }) => bootFile !== '');
}
