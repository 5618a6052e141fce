import type { EventSink } from '../model/boot-event.ts';
import { followLog } from '../platform/follow-log.ts';
import type { FileFollower } from '../platform/follow-text.ts';

/** Emptied beyond this: a server that runs for years must not fill the disk. */
const MAX_BYTES = 16 * 1024 * 1024;
/** A flood writes faster than it is worth reading. */
const MAX_BEHIND_BYTES = 4 * 1024 * 1024;

/** Follows the log of a server that appends to it, keeps it bounded, and tells what a flood made it leave out. */
export function followServerLog(
  name: string,
  path: string,
  sink: EventSink,
  onLine: (line: string) => void,
): FileFollower {
  return followLog(path, onLine, {
    maxBytes: MAX_BYTES,
    maxBehindBytes: MAX_BEHIND_BYTES,
    onSkipped: (skippedBytes) => {
      const message = `${name} logs faster than it can be read: ${skippedBytes} bytes of ${path} are left out`;
      sink.emit({ type: 'engine.warning', detail: { reason: 'log-skipped', message } });
    },
  });
}
