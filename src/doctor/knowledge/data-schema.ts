import { z } from 'zod';
import type { FindingFile } from '../finding-catalogue.ts';
import type { IpxeCausesFile, IpxeErrorsFile } from './ipxe-codes.ts';
import type { KnownCause, MessageFile } from './knowledge-entry.ts';
import { dataFiles, readData } from './read-data.ts';

const id = z.string().regex(/^[a-z][a-z0-9-]*$/, 'small letters, digits and hyphens');
const words = z.string().trim().min(1);
const $schema = z.string().optional();

const findingCause = z.strictObject({ finding: id, tell: words }).meta({
  description: 'a finding that doctor can check, and what tells it from the other causes',
});
const seenCause = z.strictObject({ text: words, fix: z.array(words) }).meta({
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
        fix: z.array(z.string().min(1)),
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

/** The form of each data file, and the name of its JSON Schema for editors (data/schemas/NAME.schema.json). */
export const DATA_FORMS = { messages, findings, 'ipxe-errors': ipxeErrors, 'ipxe-causes': ipxeCauses };

/** Everything that is wrong in knowledge/data: one line each, with the file and the place in it. */
export function dataProblems(): readonly string[] {
  const files: readonly (readonly [string, z.ZodType])[] = [
    ...dataFiles('messages').map((name) => [`messages/${name}`, messages] as const),
    ...dataFiles('findings').map((name) => [`findings/${name}`, findings] as const),
    ['ipxe-errors.json', ipxeErrors],
    ['ipxe-causes.json', ipxeCauses],
  ];
  const malformed = files.flatMap(([name, form]) => {
    const result = form.safeParse(readData(name));
    return result.success
      ? []
      : result.error.issues.map((issue) => `${name}: ${issue.path.join('.')}: ${issue.message}`);
  });
  return malformed.length > 0 ? malformed : brokenReferences();
}

/** Ids that stand twice, and findings and common causes that are named and not there. */
function brokenReferences(): readonly string[] {
  const messageFiles = dataFiles('messages').map((name) => readData<MessageFile>(`messages/${name}`));
  const known = dataFiles('findings').flatMap((name) => readData<FindingFile>(`findings/${name}`).findings);
  const findingIds = known.map((finding) => finding.id);
  const entryIds = messageFiles.flatMap((file) => file.entries.map((entry) => entry.id));
  const ipxe = readData<IpxeCausesFile>('ipxe-causes.json');
  const groups = [
    ...messageFiles.flatMap((file) => file.entries.map((entry) => ({ name: entry.id, file, entry }))),
    ...ipxe.causes.map((entry) => ({ name: entry.of, file: ipxe, entry })),
  ];
  const missing = groups.flatMap(({ name, file, entry }) =>
    entry.causes.flatMap((cause) => {
      if ('common' in cause && file.common?.[cause.common] === undefined)
        return [`${name}: no common cause ${cause.common} in its file`];
      const full: KnownCause | undefined = 'common' in cause ? file.common?.[cause.common] : cause;
      return full && 'finding' in full && !findingIds.includes(full.finding)
        ? [`${name}: there is no finding ${full.finding}`]
        : [];
    }),
  );
  return [...missing, ...twice(entryIds), ...twice(findingIds), ...twice(ipxe.causes.map(({ of }) => of))];
}

function twice(ids: readonly string[]): readonly string[] {
  return ids.filter((one, index) => ids.indexOf(one) !== index).map((one) => `${one} stands twice`);
}
