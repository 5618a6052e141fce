import type { BootEvent } from '../model/boot-event.ts';
import type { Finding } from '../model/finding.ts';
import type { MacAddress } from '../protocol/addresses.ts';

const WINDOW_MS = 60_000;
const LOADS_OF_A_LOOP = 3;

/**
 * Finds machines that load the same boot program again and again: the sign of an iPXE that is given itself
 * instead of its script. A size probe that is aborted does not count, a finished transfer does.
 */
export function findLoops(events: readonly BootEvent[]): Finding[] {
  const loads = new Map<string, number[]>();
  const loops = new Map<MacAddress, Finding>();
  for (const event of events) {
    const file = loadedProgram(event);
    if (file === undefined || event.mac === undefined || loops.has(event.mac)) continue;
    const at = Date.parse(event.time);
    const key = `${event.mac} ${file}`;
    const recent = [...(loads.get(key) ?? []), at].filter((time) => at - time <= WINDOW_MS);
    loads.set(key, recent);
    if (recent.length >= LOADS_OF_A_LOOP) loops.set(event.mac, loopFinding(event, event.mac, file, recent));
  }
  return [...loops.values()];
}

/** The boot program that this event says was loaded to its end. */
function loadedProgram(event: BootEvent): string | undefined {
  if (event.type !== 'tftp.done' && event.type !== 'http.done') return undefined;
  const path = event.detail['file'] ?? event.detail['path'];
  if (typeof path !== 'string') return undefined;
  const clean = path.split('?')[0] ?? '';
  return /\.(efi|kpxe|kkpxe|pxe|0)$/i.test(clean) ? clean : undefined;
}

function loopFinding(event: BootEvent, mac: MacAddress, file: string, times: readonly number[]): Finding {
  return {
    id: 'ipxe-loop',
    severity: 'error',
    title: `${mac} loads ${file} again and again`,
    cause:
      'The loader asks DHCP again and is given itself: the answer does not see that iPXE is running (user class iPXE or option 175), or a second boot server answers too.',
    evidence: [
      {
        source: 'events',
        text: `${file} was loaded ${times.length} times within ${Math.round(((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000)} s, at last at ${event.time}`,
      },
    ],
    fix: [
      'look for a second boot server: pxectl doctor --probe',
      'an iPXE of your own must keep the user class iPXE, or carry a script that does not chain to itself',
    ],
    codes: [],
    client: { mac, ...(event.firmware === undefined ? {} : { firmware: event.firmware }) },
  };
}
