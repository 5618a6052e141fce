import type { Finding } from '../../../model/finding.ts';
import { command, words } from '../../../model/fix.ts';
import { networkContains, networkOf, parseIpv4 } from '../../../protocol/addresses.ts';
import { sortFindings } from '../../finding-catalogue.ts';
import { lintFinding } from '../lint-finding.ts';
import { modelOf, type KeaModel, type LineAt } from './kea-answers.ts';
import { bootRules } from './kea-boot-rules.ts';
import { refusedByKea, withMeantClasses } from './kea-refused-rules.ts';
import { parseKea } from './kea-json.ts';

/** What was made of a configuration of Kea. */
export interface KeaLint {
  readonly findings: readonly Finding[];
  /** lines of tests that decide about boot files and were not understood */
  readonly unknownLines: readonly number[];
  readonly missing: readonly string[];
  readonly classCount: number;
  readonly subnetCount: number;
}

/** Finds what is wrong for network boot in a configuration of Kea: who is given which boot file. */
export function lintKea(path: string, text: string): KeaLint {
  const lines = text.split(/\r?\n/);
  const at: LineAt = (line) => ({ file: path, line, raw: (lines[line - 1] ?? '').trim() });
  const { root, broken, isPart } = parseKea(text);
  const model = modelOf(root);
  const compared = textComparisons(model, at);
  const boots = bootRules(asMeant(model), at, broken === undefined && !isPart);
  const missing = [
    ...(broken !== undefined && isPart ? [`from line ${broken.line} on it is no JSON: ${broken.why}`] : []),
    ...(model.subnets.length === 0
      ? ['a part of a configuration: there is no subnet4 in what was given']
      : []),
    ...(isPart && broken === undefined
      ? ['a part of a configuration: what stands around it was not given']
      : []),
  ];
  return {
    findings: sortFindings([
      ...(broken === undefined || isPart ? [] : [noJson(at(broken.line), broken.why)]),
      ...compared,
      ...foreignOptions(model, at),
      ...poolsOutside(model, at),
      ...(broken === undefined ? refusedByKea(model, at) : []),
      ...boots.findings,
      ...(broken === undefined && !isPart ? withoutBoot(model) : []),
    ]),
    unknownLines: boots.unknownLines,
    missing,
    classCount: model.classes.length,
    subnetCount: model.subnets.length,
  };
}

function withoutBoot({ global, classes, subnets }: KeaModel): readonly Finding[] {
  const scopes = [global, ...classes, ...subnets.flatMap((subnet) => subnet.scopes)];
  const isBoot = scopes.some(({ field, option67 }) => (field ?? option67) !== undefined);
  return isBoot || subnets.length === 0
    ? []
    : [
        lintFinding('no-pxe-in-log', [], [], {
          title: 'there is no network boot in this configuration',
          cause: 'It names no boot file: no boot-file-name, as a field or as an option.',
          mends: [],
        }),
      ];
}

function noJson(at: ReturnType<LineAt>, why: string): Finding {
  return lintFinding('config-unreadable', [at], [], {
    title: `Kea does not start: ${why}`,
    cause: 'Kea reads its configuration as JSON, and takes nothing of it where it is none.',
    mends: [words('correct it'), command(`kea-dhcp4 -t ${at.file}`, 'then see whether Kea takes it')],
  });
}

/** Kea compares bytes: what stands in quotes is text, and '00:07' is five letters. */
const BYTES_IN_QUOTES =
  /(option\[(?:93|client-system)\]\.hex\s*==\s*)'(?:0x)?([0-9a-fA-F]{2}):?([0-9a-fA-F]{2})'/g;

/** What classes get when these comparisons are mended: nothing new shows then. */
function asMeant(model: KeaModel): KeaModel {
  const classes = withMeantClasses(model).map((one) =>
    one.test === undefined
      ? one
      : { ...one, test: { ...one.test, text: one.test.text.replace(BYTES_IN_QUOTES, '$10x$2$3') } },
  );
  return { ...model, classes };
}

function textComparisons({ classes }: KeaModel, at: LineAt): readonly Finding[] {
  const wrong = classes.flatMap(({ test }) => {
    const line = test === undefined ? undefined : at(test.line);
    const mended = line?.raw.replace(BYTES_IN_QUOTES, '$10x$2$3');
    return line === undefined || mended === undefined || mended === line.raw ? [] : [{ line, mended }];
  });
  if (wrong.length === 0) return [];
  return [
    lintFinding(
      'no-boot-service-for-arch',
      wrong.map(({ line }) => line),
      wrong.map(({ line, mended }) => ({ at: line, lines: [mended] })),
      {
        title: 'the architecture is compared with a text: no client is ever in these classes',
        cause:
          'option[93].hex is two bytes, and what stands in quotes is the letters themselves. Every machine falls to what is said outside of the classes.',
        mends: [],
      },
    ),
  ];
}

/** Fields of a class or subnet that people write as options. */
const FIELDS: Readonly<Record<string, string>> = {
  'next-server': 'next-server',
  'server-hostname': 'server-hostname',
  filename: 'boot-file-name',
  siaddr: 'next-server',
};

function foreignOptions({ optionNames }: KeaModel, at: LineAt): readonly Finding[] {
  return optionNames.flatMap(({ text: name, line }) => {
    const right = FIELDS[name];
    if (right === undefined) return [];
    return [
      lintFinding('config-unreadable', [at(line)], [], {
        title: `${name} is no DHCP option of Kea: it does not start with this option-data`,
        cause: `"${right}" is a field of its own, beside "option-data", not in it.`,
        mends: [
          words(
            `take it out of option-data, and write beside it, in the subnet or class: "${right}": "VALUE"`,
          ),
          command(`kea-dhcp4 -t ${at(line).file}`, 'then see whether Kea takes it'),
        ],
      }),
    ];
  });
}

function poolsOutside({ subnets }: KeaModel, at: LineAt): readonly Finding[] {
  return subnets.flatMap(({ subnet, pools }) => {
    const [, address = '', prefix = ''] = /^([\d.]+)\/(\d+)$/.exec(subnet.text) ?? [];
    const own = parseIpv4(address);
    if (own === undefined || Number(prefix) > 32) return [];
    const network = networkOf(own, Number(prefix));
    return pools.flatMap(({ text, line }) => {
      const ends = text.split(/[-/]/).map((one) => parseIpv4(one.trim()));
      const outside = ends.find((end) => end !== undefined && !networkContains(network, end));
      if (outside === undefined) return [];
      return [
        lintFinding('config-unreadable', [at(line), at(subnet.line)], [], {
          title: `Kea does not start: the pool ${text} is not in the subnet ${subnet.text}`,
          cause: `${outside} is no address of ${subnet.text}.`,
          mends: [words('correct the pool or the subnet: one of the two is mistyped')],
        }),
      ];
    });
  });
}
