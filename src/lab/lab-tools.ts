import { environmentError } from '../model/errors.ts';
import { findProgram } from '../platform/processes.ts';
import { LAB_BOARDS, type LabFirmware } from './lab-firmware.ts';

/** What labs are made of, and the Debian package of each. */
const LAB_TOOLS: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-system-aarch64': 'qemu-system-arm',
  ip: 'iproute2',
  dnsmasq: 'dnsmasq-base',
  tcpdump: 'tcpdump',
};

/**
 * Looks for every program that a lab with this firmware needs before anything is made.
 * @throws PxectlError E_TOOL_MISSING naming all that are missing, with one line that installs them
 */
export async function requireLabTools(
  firmware: LabFirmware,
  find: typeof findProgram = findProgram,
): Promise<void> {
  const missing: string[] = [];
  for (const program of [LAB_BOARDS[firmware].program, 'ip', 'dnsmasq', 'tcpdump']) {
    if ((await find(program)) === undefined) missing.push(program);
  }
  if (missing.length === 0) return;
  throw environmentError('E_TOOL_MISSING', {
    what: `the lab needs ${missing.join(', ')}, not installed here`,
    next: `sudo apt-get install ${missing.map((program) => LAB_TOOLS[program]).join(' ')}`,
    details: { programs: missing },
  });
}
