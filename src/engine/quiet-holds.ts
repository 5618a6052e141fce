import { forgetOldest } from '../protocol/forget-oldest.ts';
import type { EventSink, NewBootEvent } from '../model/boot-event.ts';
import { stageOfPath } from '../model/served-path.ts';
import type { MacAddress } from '../protocol/addresses.ts';

const MAX_MACHINES = 4_096;
/** a machine that waits over night asks thousands of times */
const TELL_EVERY_MS = 600_000;

/** Tells of a machine that waits (`boots: hold`) when it begins to, every ten minutes, and what it does then; and not each time that it asks. */
export function withQuietHolds(sink: EventSink, clock: () => number = Date.now): EventSink {
  const toldAtMs = new Map<MacAddress, number>();
  const isRepeated = (event: NewBootEvent, mac: MacAddress): boolean => {
    const { boots } = event.detail ?? {};
    const toldMs = toldAtMs.get(mac);
    if (toldMs === undefined || !isAsking(event)) {
      toldAtMs.delete(mac);
      if (boots === 'hold') remember(mac);
      return false;
    }
    if (boots !== 'hold' || clock() - toldMs < TELL_EVERY_MS) return true;
    remember(mac);
    return false;
  };
  const remember = (mac: MacAddress): void => {
    toldAtMs.delete(mac);
    toldAtMs.set(mac, clock());
    forgetOldest(toldAtMs, MAX_MACHINES);
  };
  return {
    emit(event) {
      if (event.mac === undefined || !isRepeated(event, event.mac)) sink.emit(event);
    },
  };
}

/** It loads its loader again, and looks for its configuration: what any of them does until there is something else for it. */
function isAsking({ type, detail = {} }: NewBootEvent): boolean {
  if (!type.startsWith('tftp.') && !type.startsWith('http.')) return false;
  if (detail['boots'] !== undefined && detail['boots'] !== 'hold') return false;
  const stage = stageOfPath(String(detail['path'] ?? ''));
  return stage === undefined || stage === 'loader' || stage === 'boot-config';
}
