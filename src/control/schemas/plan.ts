import { z } from 'zod';
import { FIRMWARES } from '../../model/firmware.ts';
import { ipSchema, macSchema } from '../../model/trace-schema.ts';

const text = z.string();
const count = z.number().nonnegative();

export const planInput = z.strictObject({
  /** the name, MAC address, UUID or serial number of a machine, any MAC address, or a firmware */
  for: text.min(1).max(255),
});

const source = z.object({
  title: text,
  value: z.unknown(),
  /** of pxectl.yaml */
  line: z.int().positive(),
});

const answer = z.object({
  action: z.literal('boot'),
  loader: text,
  bootFile: text,
  nextServer: ipSchema,
  vendorClass: text,
  /** in hex */
  option43: text.nullable(),
  because: z.array(text),
});

const refusal = z.object({ action: z.literal('ignore'), reason: text, detail: text });

export const planReply = z.object({
  for: text,
  machine: text.nullable(),
  mac: macSchema.nullable(),
  plans: z.array(
    z.object({
      firmware: z.enum(FIRMWARES),
      profile: text.nullable(),
      answer: z.discriminatedUnion('action', [answer, refusal]),
    }),
  ),
  /** one for each profile that one of the plans is by, or for none */
  outcomes: z.array(
    z.object({
      profile: text.nullable(),
      /** null: its own disk */
      target: z
        .object({
          image: text,
          kernel: text,
          initrd: text,
          arguments: z.array(text),
          isUnattended: z.boolean(),
          ramMiB: count,
        })
        .nullable(),
      settings: z.array(
        z.object({
          key: text,
          value: z.unknown(),
          /** why it is so where no line says it */
          because: text.nullable(),
          from: source.nullable(),
          over: z.array(source),
        }),
      ),
    }),
  ),
});
export type PlanReply = z.infer<typeof planReply>;

export const imagesReply = z.object({
  images: z.array(
    z.object({
      id: text,
      title: text,
      distribution: text,
      release: text,
      architecture: text,
      sizeBytes: count,
      ramMiB: count,
      verification: text,
      verifiedBy: text,
      verifiedAt: z.iso.datetime(),
      origin: text,
      /** `default`, `menu`, `profile NAME` and names of machines */
      usedBy: z.array(text),
    }),
  ),
});
export type ImagesReply = z.infer<typeof imagesReply>;
