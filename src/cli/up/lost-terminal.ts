import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Tells the SIGHUP of a terminal that was closed from the one by which systemd and editors have the configuration read again. A process without a terminal
 * (a service, `nohup`, `up --detach`) has none to lose.
 */
export function watchTerminal(): { isLost(): boolean } {
  // process.stdin would open the terminal for reading, which keeps a process alive when it is gone
  const wasOnTerminal = isatty(0) && isatty(2);
  return { isLost: () => wasOnTerminal && !canOpenTerminal() };
}

/** tty(4): opening /dev/tty fails when the process has no controlling terminal any more. */
function canOpenTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
