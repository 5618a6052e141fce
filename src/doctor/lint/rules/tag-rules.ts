import type { Finding } from '../../../model/finding.ts';
import { addTo, words } from '../../../model/fix.ts';
import { isSlip } from '../../../model/nearest-word.ts';
import { leasedFileOf } from '../client-answers.ts';
import { lintFinding, type LintInput } from '../lint-finding.ts';
import type { PxeConfig } from '../pxe-config.ts';
import { askedTags, TAG_MARKS, tagsSetBy, unsetTags, type UnsetTag } from '../set-tags.ts';

export function lintTags(input: LintInput): Finding[] {
  const meant = meantTags(input.config);
  return [
    ...misspelt(input.config, meant),
    ...(input.isWhole ? neverSet(input, meant) : []),
    ...servedNothing(input, new Set(meant.values())),
  ];
}

/** No configuration that somebody wrote has more of them. */
const MAX_COMPARED = 50;

/** Tags that nothing sets, with the one that is set, is a slip away, and that no line asks for. */
function meantTags(config: PxeConfig): ReadonlyMap<string, string> {
  const asked = askedTags(config);
  const idle = [...new Set(config.files.lines.flatMap(tagsSetBy))]
    .filter((tag) => !asked.has(tag))
    .slice(0, MAX_COMPARED);
  const unset = [...new Set(unsetTags(config).map(({ tag }) => tag))].slice(0, MAX_COMPARED);
  return new Map(
    unset.flatMap((tag) => {
      const meant = idle.find((one) => isSlip(one, tag) || inLetters(one) === inLetters(tag));
      return meant === undefined ? [] : [[tag, meant] as const];
    }),
  );
}

function inLetters(tag: string): string {
  return tag.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function misspelt(config: PxeConfig, meant: ReadonlyMap<string, string>): Finding[] {
  const unset = unsetTags(config);
  return [...meant].map(([tag, right]) => {
    const setting = config.files.lines.filter((line) => tagsSetBy(line).includes(right));
    const users = unset.filter((one) => one.tag === tag).map(({ at }) => at);
    const edits = users.map((at) => ({ at, lines: [withTag(at.raw, tag, right)] }));
    return lintFinding('tag-never-set', [...users, ...setting.slice(0, 1)], edits, {
      severity: 'error',
      title: `the tag ${tag} is used and never set; ${right} is set and never used`,
    });
  });
}

/** A line that asks for one tag, asking for another. */
function withTag(raw: string, tag: string, right: string): string {
  const pieces = raw.split(/([=,\s])/);
  return pieces
    .map((piece) =>
      TAG_MARKS.some((mark) => piece === `${mark}${tag}`) ? `${piece.slice(0, -tag.length)}${right}` : piece,
    )
    .join('');
}

/** A kind of machine that is told apart, and then given nothing: no line asks for its tag. */
function servedNothing({ config }: LintInput, misspelt: ReadonlySet<string>): Finding[] {
  const { files, architectureTags, boots, services } = config;
  // what is filled in later may ask for it
  if (files.templateLines.length > 0 || !boots.some(({ tags }) => tags.length > 0)) return [];
  const asked = askedTags(config);
  return [...architectureTags].flatMap(([tag, codes]) => {
    const isServed = codes.some(
      (architecture) =>
        services.some((service) => service.architecture === architecture) ||
        leasedFileOf(config, { architecture, isIpxe: false }) !== undefined,
    );
    const at = files.lines.find((line) => tagsSetBy(line).includes(tag));
    if (asked.has(tag) || misspelt.has(tag) || isServed || at === undefined) return [];
    return [
      lintFinding('no-boot-service-for-arch', [at], [], {
        severity: 'info',
        title: `the tag ${tag} (arch ${codes.join(' and ')}) is set and no line asks for it: such a machine is given no boot file`,
        cause: 'It gets an address and nothing to load (PXE-E53), while machines of other kinds are served.',
        mends: [words(`name a file for it: dhcp-boot=tag:${tag},FILE; or leave this line out`)],
      }),
    ];
  });
}

/** Tags that lines of network boot ask for and that nothing sets: the line is never used, or always. */
function neverSet({ config }: LintInput, meant: ReadonlyMap<string, string>): Finding[] {
  const told = new Set(meant.keys());
  const unset = unsetTags(config);
  return unset.flatMap((one) => {
    const { tag, at } = one;
    if (told.has(tag)) return [];
    told.add(tag);
    if (/ipxe/i.test(tag))
      return [
        unsetIpxe(
          one,
          unset.every((other) => other.tag !== tag || other.isNegated),
        ),
      ];
    return [lintFinding('tag-never-set', [at], [], { title: `the tag ${tag} is used and never set` })];
  });
}

/** Who keeps lines from iPXE and gives it none of its own may have a script inside. */
function unsetIpxe({ tag, at }: UnsetTag, isOnlyKept: boolean): Finding {
  const match = `dhcp-match=set:${tag},175`;
  const title = `the tag ${tag} is used and never set`;
  if (!isOnlyKept)
    return lintFinding('tag-never-set', [at], [{ at, lines: [match, at.raw] }], {
      severity: 'error',
      title,
      cause: 'dnsmasq then never knows iPXE: it is given iPXE again and again, and its script never.',
    });
  return lintFinding('tag-never-set', [at], [], {
    title,
    cause:
      'dnsmasq then never knows iPXE: lines that are kept from it are for it too. Without a script inside it loads itself again and again.',
    mends: [
      addTo(
        at.file,
        [match, `dhcp-boot=tag:${tag},http://ADDRESS:8080/boot.ipxe,,ADDRESS`],
        'mark iPXE and give it its script, behind all other dhcp-boot lines:',
      ),
    ],
  });
}
