import { z } from 'zod';
import type { ConfigKindsFile } from '../lint/config-kinds.ts';
import type { DhcpdWordsFile } from '../lint/dhcpd/dhcpd-words.ts';
import type { WebWordsFile } from '../lint/web/web-words.ts';
import type { DnsmasqOptionsFile } from '../lint/dnsmasq-options.ts';
import type { FindingFile } from '../finding-catalogue.ts';
import type { IpxeCausesFile, IpxeErrorsFile } from './ipxe-codes.ts';
import { STAGES_ON_SCREEN, type KnownCause, type MessageFile } from './knowledge-entry.ts';
import type { WindowsStatusFile } from './windows-status.ts';
import type { ScriptWordsFile } from '../lint/script-words.ts';
import { dataFiles, readData } from './read-data.ts';

const id = z.string().regex(/^[a-z][a-z0-9-]*$/, 'small letters, digits and hyphens');
const words = z.string().trim().min(1);
const $schema = z.string().optional();

const regex = z.string().refine((text) => {
  try {
    new RegExp(text, 'm');
    // with the flag it goes over empty lines, from each of them anew
    return !/\^\\s[*+]/.test(text);
  } catch {
    return false;
  }
}, 'a regular expression, of which ^[ \\t]* is the beginning of a line');

const about = words.optional().meta({ description: 'what it is for, where there is a choice' });
const fix = z.array(
  z.union([
    words,
    z.strictObject({ command: words, about }),
    z.strictObject({ file: words, lines: z.array(z.string().min(1)).min(1), about }),
  ]),
);
const onScreen = {
  when: z.array(id).optional(),
  unless: z.array(id).optional(),
  without: z.array(id).optional(),
};
const findingCause = z.strictObject({ finding: id, tell: words, fix: fix.optional(), ...onScreen }).meta({
  description: 'a finding that doctor can check, and what tells it from the other causes',
});
const seenCause = z.strictObject({ text: words, fix, ...onScreen }).meta({
  description: 'a thing that only the user can see',
});
const namedCause = z.strictObject({ common: id }).meta({ description: 'one of "common" of this file' });
const common = z.record(id, z.union([findingCause, seenCause])).optional();
const causes = z.array(z.union([findingCause, seenCause, namedCause]));

const messages = z.strictObject({
  $schema,
  printedBy: words,
  rank: z.number().int(),
  common,
  entries: z
    .array(
      z.strictObject({
        id,
        code: z
          .string()
          .regex(/^PXE-[EMT][0-9A-F]{2}$/)
          .optional(),
        texts: z.array(words).min(1),
        where: regex.optional(),
        needs: id.optional(),
        role: z.enum(['fault', 'proof', 'attempt', 'harmless', 'sign', 'trailer']).optional(),
        stage: z.enum(STAGES_ON_SCREEN).optional(),
        excuses: z.array(id).optional(),
        excusesWithin: z.number().int().min(1).optional(),
        meaning: words,
        causes,
        source: words,
      }),
    )
    .min(1),
}) satisfies z.ZodType<MessageFile>;

const findings = z.strictObject({
  $schema,
  about: words,
  rank: z.number().int(),
  findings: z
    .array(
      z.strictObject({
        id,
        severity: z.enum(['error', 'warning', 'info']),
        title: words,
        cause: words,
        fix,
        fixByServer: z.record(words, fix).optional(),
        toCheck: words.optional(),
        codes: z.array(words),
      }),
    )
    .min(1),
}) satisfies z.ZodType<FindingFile>;

const hex = (digits: string): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
const ipxeErrors = z.strictObject({
  $schema,
  source: words,
  named: z.array(z.tuple([hex('6'), words, words, words])),
  errnos: z.array(z.tuple([hex('2'), words, words])),
  files: z.array(z.tuple([hex('6'), words])),
}) satisfies z.ZodType<IpxeErrorsFile>;

const ipxeCauses = z.strictObject({
  $schema,
  common,
  causes: z.array(
    z.strictObject({
      of: z.string().regex(/^(?:[0-9a-f]{6}|[0-9a-f]{8}|E[A-Z0-9]+(?:\/\w+)?)$/),
      causes,
    }),
  ),
}) satisfies z.ZodType<IpxeCausesFile>;

const windowsStatus = z.strictObject({
  $schema,
  source: words,
  common,
  others: causes,
  statuses: z.array(
    z.strictObject({ code: hex('8'), name: z.string().regex(/^STATUS_\w+$/), meaning: words, causes }),
  ),
}) satisfies z.ZodType<WindowsStatusFile>;

const dnsmasqOptions = z.strictObject({
  $schema,
  source: words,
  withoutValue: z.array(words),
  withValue: z.array(words),
  either: z.array(words),
  dhcpOptions: z.array(words),
  dhcpOptions6: z.array(words),
  refusals: z.array(z.strictObject({ said: words, fix: words })),
}) satisfies z.ZodType<DnsmasqOptionsFile>;

const configKinds = z.strictObject({
  $schema,
  kinds: z.array(
    z.strictObject({
      ...{ name: words, marks: z.array(regex).min(1), advice: words.optional() },
      format: z.enum(['dhcpd', 'kea', 'networkd', 'compose', 'nginx', 'apache']).optional(),
    }),
  ),
}) satisfies z.ZodType<ConfigKindsFile>;

const scriptWords = z.strictObject({
  $schema,
  source: words,
  pxelinux: z.array(words),
  grub: z.array(words),
  ipxe: z.array(words),
  ipxeSettings: z.array(words),
}) satisfies z.ZodType<ScriptWordsFile>;

const dhcpdWords = z.strictObject({
  $schema,
  source: words,
  statements: z.array(words),
  options: z.array(words),
  spaces: z.array(words),
}) satisfies z.ZodType<DhcpdWordsFile>;

const webWords = z.strictObject({
  $schema,
  source: words,
  nginx: z.array(regex),
  apache: z.array(regex),
}) satisfies z.ZodType<WebWordsFile>;

/** The form of each data file, and the name of its JSON Schema for editors (data/schemas/NAME.schema.json). */
export const DATA_FORMS = {
  messages,
  findings,
  'ipxe-errors': ipxeErrors,
  'ipxe-causes': ipxeCauses,
  'windows-status': windowsStatus,
  'dnsmasq-options': dnsmasqOptions,
  'config-kinds': configKinds,
  'script-words': scriptWords,
  'dhcpd-words': dhcpdWords,
  'web-words': webWords,
};

/** Everything that is wrong in knowledge/data: one line each, with the file and the place in it. */
export function dataProblems(): readonly string[] {
  const files: readonly (readonly [string, z.ZodType])[] = [
    ...dataFiles('messages').map((name) => [`messages/${name}`, messages] as const),
    ...dataFiles('findings').map((name) => [`findings/${name}`, findings] as const),
    ['ipxe-errors.json', ipxeErrors],
    ['ipxe-causes.json', ipxeCauses],
    ['windows-status.json', windowsStatus],
    ['dnsmasq-options.json', dnsmasqOptions],
    ['config-kinds.json', configKinds],
    ['script-words.json', scriptWords],
    ['dhcpd-words.json', dhcpdWords],
    ['web-words.json', webWords],
  ];
  const malformed = files.flatMap(([name, form]) => {
    const result = form.safeParse(readData(name));
    return result.success
      ? []
      : result.error.issues.map((issue) => `${name}: ${issue.path.join('.')}: ${issue.message}`);
  });
  return malformed.length > 0 ? malformed : brokenReferences();
}

/** Ids that stand twice, and what is named and not there: findings, common causes, lines of a screen. */
function brokenReferences(): readonly string[] {
  const messageFiles = dataFiles('messages').map((name) => readData<MessageFile>(`messages/${name}`));
  const entries = messageFiles.flatMap((file) => file.entries.map((entry) => ({ file, entry })));
  const entryIds = entries.map(({ entry }) => entry.id);
  const findingIds = dataFiles('findings')
    .flatMap((name) => readData<FindingFile>(`findings/${name}`).findings)
    .map((finding) => finding.id);
  const ipxe = readData<IpxeCausesFile>('ipxe-causes.json');
  const windows = readData<WindowsStatusFile>('windows-status.json');
  const groups = [
    ...entries.map(({ file, entry }) => ({ name: entry.id, file, causes: entry.causes })),
    ...ipxe.causes.map(({ of, causes: own }) => ({ name: of, file: ipxe, causes: own })),
    ...windows.statuses.map(({ code, causes: own }) => ({ name: code, file: windows, causes: own })),
  ];
  const missing = groups.flatMap(({ name, file, causes: own }) =>
    own.flatMap((cause) => {
      if ('common' in cause && file.common?.[cause.common] === undefined)
        return [`${name}: no common cause ${cause.common} in its file`];
      const full: KnownCause | undefined = 'common' in cause ? file.common?.[cause.common] : cause;
      const lines = [...(full?.when ?? []), ...(full?.unless ?? []), ...(full?.without ?? [])];
      return [
        ...(full && 'finding' in full ? [full.finding].filter((one) => !findingIds.includes(one)) : []),
        ...lines.filter((one) => !entryIds.includes(one)),
      ].map((one) => `${name}: there is no ${one}`);
    }),
  );
  const unexcused = entries.flatMap(({ entry }) =>
    [...(entry.excuses ?? []), ...(entry.needs === undefined ? [] : [entry.needs])]
      .filter((one) => !entryIds.includes(one))
      .map((one) => `${entry.id}: there is no ${one}`),
  );
  return [
    ...missing,
    ...unexcused,
    ...twice(entryIds),
    ...twice(findingIds),
    ...twice(ipxe.causes.map(({ of }) => of)),
  ];
}

function twice(ids: readonly string[]): readonly string[] {
  return ids.filter((one, index) => ids.indexOf(one) !== index).map((one) => `${one} stands twice`);
}
