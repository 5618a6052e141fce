import { clientAddressOf } from '../log-lines/client-address.ts';
import { NOTE, type ServerLogEvent } from './server-log-event.ts';
import { ATFTPD_COMPLAINTS, complaintOf, HPA_COMPLAINTS } from './server-problems.ts';

/** A line of tftpd-hpa (in.tftpd -v). It logs what was asked for and what was refused; never that a transfer ended. */
export function parseTftpdHpa(message: string): ServerLogEvent {
  const asked = /^RRQ from (?:::ffff:)?(\S+) filename (.+?)(?: remapped to (.+))?$/.exec(message);
  if (asked) return { kind: 'tftp', outcome: 'asked', ...named(asked[3] ?? asked[2], asked[1]) };
  const refused = /^sending NAK \((\d+), (.*)\) to (?:::ffff:)?(\S+)$/.exec(message);
  if (refused) {
    const outcome = refused[1] === '1' ? 'missing' : refused[1] === '2' ? 'denied' : 'failed';
    const reason = refused[2] ?? '';
    return { kind: 'tftp', outcome, ...(reason === '' ? {} : { reason }), ...named(undefined, refused[3]) };
  }
  const finished = /^Client (?:::ffff:)?(\S+) finished (\S+)/.exec(message);
  if (finished) return { kind: 'tftp', outcome: 'sent', ...named(finished[2], finished[1]) };
  // any error that answers the options: firmware that only wanted to know the size
  if (/client does not accept options/.test(message)) return { kind: 'tftp', outcome: 'aborted' };
  if (/^(?:tftpd: )?(?:read|timeout|write)\b/.test(message)) return { kind: 'tftp', outcome: 'failed' };
  return complaintOf(message, HPA_COMPLAINTS);
}

/** A line of atftpd. */
export function parseAtftpd(message: string): ServerLogEvent {
  const asked = /^Serving (.+) to (?:::ffff:)?(\S+):\d+$/.exec(message);
  if (asked) return { kind: 'tftp', outcome: 'asked', ...named(asked[1], asked[2]) };
  const missing = /^File (.+) not found$/.exec(message);
  if (missing) return { kind: 'tftp', outcome: 'missing' };
  if (message === 'End of transfer') return { kind: 'tftp', outcome: 'sent' };
  if (message === 'Aborting transfer') return { kind: 'tftp', outcome: 'aborted' };
  if (/^client \(\S+\) not responding/.test(message)) return { kind: 'tftp', outcome: 'failed' };
  // its last line of each transfer
  if (message === 'Server thread exiting') return NOTE;
  const error = /^sent ERROR <code: (\d+)/.exec(message);
  if (error?.[1] === '2') return { kind: 'tftp', outcome: 'denied' };
  return complaintOf(message, ATFTPD_COMPLAINTS);
}

function named(path: string | undefined, client: string | undefined) {
  const address = clientAddressOf(client);
  return { ...(path === undefined ? {} : { path }), ...(address === undefined ? {} : { client: address }) };
}
