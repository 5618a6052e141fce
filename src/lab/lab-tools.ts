import { environmentError } from '../model/errors.ts';
import { findProgram } from '../platform/processes.ts';
import { LAB_BOARDS, type LabFirmware } from './lab-firmware.ts';
import { installHint } from '../platform/install-hint.ts';

/**
 * Looks for every program that a lab with this firmware needs before anything is made.
 * @throws PxectlError E_TOOL_MISSING naming all that are missing, with one line that installs them
 */
export async function requireLabTools(
  firmware: LabFirmware,
  find: typeof findProgram = findProgram,
  osRelease?: string,
): Promise<void> {
  const missing: string[] = [];
  for (const program of [LAB_BOARDS[firmware].program, 'ip', 'dnsmasq', 'tcpdump']) {
    if ((await find(program)) === undefined) missing.push(program);
  }
  if (missing.length === 0) return;
  throw environmentError('E_TOOL_MISSING', {
    what: `the lab needs ${missing.join(', ')}, not installed here`,
    next: installHint(missing, osRelease),
    details: { programs: missing },
  });
}
