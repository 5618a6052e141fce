import { createHash } from 'node:crypto';
import type { BootTrace } from '../model/boot-trace.ts';

/** `20261128-130409-3f9ac1d2`: when the boot began in UTC, and 32 bits of a hash; no address can be read from it. */
const BOOT_ID = /^\d{8}-\d{6}-[0-9a-f]{8}$/;

/** What one boot is called for good: the same from events, from the history and over the control socket. */
export function bootIdOf({ mac, startedAt }: Pick<BootTrace, 'mac' | 'startedAt'>): string {
  const [date = '', time = ''] = startedAt.replaceAll(/[-:]/g, '').split('T');
  const hash = createHash('sha256').update(`${mac} ${startedAt}`).digest('hex');
  return `${date}-${time.slice(0, 6)}-${hash.slice(0, 8)}`;
}

/** Whether a word can only be meant as one; a machine can have no such name unless somebody chose it to confuse. */
export const isBootId = (word: string): boolean => BOOT_ID.test(word);
