import { z } from 'zod';
import { TRANSFER_PROTOCOLS } from '../../model/running-transfer.ts';
import { ipSchema, macSchema } from '../../model/trace-schema.ts';

const count = z.number().nonnegative();

export const transfersReply = z.object({
  transfers: z.array(
    z.object({
      ip: ipSchema,
      /** null where nobody knows whose address it is */
      mac: macSchema.nullable(),
      path: z.string(),
      startedAt: z.iso.datetime(),
      sentBytes: count,
      /** of what was asked for */
      sizeBytes: count,
    }),
  ),
  /** whose files another program sends, which tells of one when it is over: they are not among these */
  toldWhenOver: z.array(z.enum(TRANSFER_PROTOCOLS)),
});
