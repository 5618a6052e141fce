import { FINDING_CATALOGUE } from '../finding-catalogue.ts';
import { fixesOf, type FixInFile } from '../mend/fix-in-file.ts';
import { fixSteps } from '../mend/fix-steps.ts';
import type { Fix } from '../../model/fix.ts';
import { ipxeEntries } from './ipxe-codes.ts';
import type { KnowledgeEntry, KnownCause } from './knowledge-entry.ts';
import { KNOWLEDGE } from './messages.ts';
import { windowsEntries } from './windows-status.ts';

/** docs/troubleshooting.md: every message and every finding, from the same data that doctor answers from. */
export function renderTroubleshooting(): string {
  const ipxe = ipxeEntries();
  const withCauses = ipxe.filter((entry) =>
    entry.causes.some((cause) => 'finding' in cause || !isOnlyALink(cause.fix)),
  );
  const others = ipxe.filter((entry) => !withCauses.includes(entry));
  return [
    '# What is on the screen, and what it means',
    '',
    '<!-- Generated from src/doctor/knowledge: npx tsx test/support/write-troubleshooting.ts -->',
    '',
    'Find the text on your screen below, or ask: `pxectl doctor "PXE-E21: Remote boot cancelled."` — any spelling will do.',
    'Better still, let doctor look at what happened: `pxectl doctor --log dnsmasq.log`, `pxectl doctor --pcap boot.pcap`,',
    '`pxectl doctor --config dnsmasq.conf`, or `sudo pxectl doctor --probe` from another machine on the network.',
    'The same code can mean two things: UEFI firmware and the ROMs of BIOS network cards number differently. The words tell.',
    '',
    ...contents(),
    '# Index of texts',
    '',
    'Every text that doctor knows, by its first word; capital and small letters, spaces and stops do not matter.',
    '',
    ...index(KNOWLEDGE),
    '# Messages',
    '',
    ...sections(KNOWLEDGE),
    '## iPXE error codes',
    '',
    'The first six digits decide. Codes that are not listed: `pxectl doctor https://ipxe.org/2d0c618e` takes any apart.',
    '',
    ...withCauses.flatMap(entrySection),
    '### Other iPXE codes',
    '',
    '| code | meaning |',
    '|---|---|',
    ...others.map((entry) => `| \`${entry.code ?? ''}\` | ${cell(entry.meaning)} |`),
    '',
    '## Windows status codes',
    '',
    'Codes whose first digit is 8 or more are of Windows (WDS, wimboot), never of iPXE.',
    '',
    ...windowsEntries().flatMap(entrySection),
    '# Findings',
    '',
    'What `pxectl doctor` reports, by the id in `--json`. Ids do not change.',
    '',
    ...[...FINDING_CATALOGUE].flatMap(([id, finding]) => [
      `## ${id}`,
      '',
      `**${capital(finding.title)}** (${finding.severity})`,
      '',
      finding.cause,
      '',
      ...(finding.mends.length === 0 ? [] : [...inlines(finding.mends).map((step) => `- ${step}`), '']),
      ...(finding.codes.length === 0
        ? []
        : [`On the screen: ${finding.codes.map((code) => `\`${code}\``).join(', ')}`, '']),
    ]),
  ].join('\n');
}

/** Of a code that doctor knows nothing of its own about. */
function isOnlyALink([first]: readonly FixInFile[]): boolean {
  return typeof first === 'string' && first.startsWith('open ');
}

/** Links to the parts of the page, one for each program that prints. */
function contents(): string[] {
  const printers = [...new Set(KNOWLEDGE.map((entry) => entry.printedBy))];
  const parts = [...printers, 'iPXE error codes', 'Windows status codes'];
  return [
    '**Contents**',
    '',
    '- [Index of texts](#index-of-texts)',
    '- [Messages](#messages)',
    ...parts.map((part) => `  - [${part}](#${anchorOf(part)})`),
    '- [Findings](#findings)',
    '',
  ];
}

/** Every text in the order of the alphabet, with the entry that explains it. */
function index(entries: readonly KnowledgeEntry[]): string[] {
  const sortKey = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} ]+/gu, '')
      .trim();
  const texts = entries.flatMap((entry) => entry.texts.map((text) => ({ text, entry, key: sortKey(text) })));
  const sorted = texts.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return [...sorted.map(({ text, entry }) => `- [${asCode(text)}](#${entry.id}) ${entry.printedBy}`), ''];
}

/** A text that may hold a back-tick itself, as GRUB's do. */
function asCode(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** The anchor that Markdown viewers give a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function sections(entries: readonly KnowledgeEntry[]): string[] {
  const printers = [...new Set(entries.map((entry) => entry.printedBy))];
  return printers.flatMap((printer) => [
    `## ${printer}`,
    '',
    ...entries.filter((entry) => entry.printedBy === printer).flatMap(entrySection),
  ]);
}

function entrySection(entry: KnowledgeEntry): string[] {
  const [first = '', ...more] = entry.texts;
  return [
    `<a id="${entry.id}"></a>`,
    '',
    `### ${asCode(first)}`,
    '',
    ...(more.length === 0 ? [] : [`Also: ${more.map(asCode).join(', ')}`, '']),
    entry.meaning,
    '',
    ...entry.causes.map((cause, index) => `${index + 1}. ${causeText(cause)}`),
    '',
    `<sub>${entry.source}</sub>`,
    '',
  ];
}

function causeText(cause: KnownCause): string {
  const steps = inlines(fixesOf(cause.fix ?? [])).join('; ');
  const fix = steps === '' ? '' : ` → ${steps}`;
  if (!('finding' in cause)) return `${capital(cause.text)}${fix}`;
  const title = FINDING_CATALOGUE.get(cause.finding)?.title ?? cause.finding;
  return `[${title}](#${cause.finding}) — when ${cause.tell}${fix}`;
}

/** Lines that are to be copied are set as code. */
function inlines(fixes: readonly Fix[]): readonly string[] {
  return fixes.map((fix) =>
    fixSteps([fix])
      .map(({ text, isToCopy }) => (isToCopy ? `\`${text}\`` : text))
      .join(' '),
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
