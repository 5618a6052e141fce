import { clientAddressOf } from '../log-lines/client-address.ts';
import { complaintOf, WEB_COMPLAINTS } from './server-problems.ts';
import { parseIpv4 } from '../addresses.ts';
import { NOTE, type ServerLogEvent } from './server-log-event.ts';

const COMBINED =
  /^(?:::ffff:)?(\S+) \S+ \S+ \[[^\]]+\] "(GET|HEAD|POST|PUT) (\S+)[^"]*" (\d{3}) (\d+|-)(?: "[^"]*" "([^"]*)")?/;
const NGINX_ERROR = /(?:open|stat)\(\) "([^"]+)" failed \((\d+): .*client: ([\d.]+).*request: "(\w+) (\S+)/;
/** Apache: `[client 192.0.2.9:52100] AH01630: client denied by server configuration: /srv/www/x` */
const APACHE_DENIED =
  /\[client ([\d.]+):\d+\].*(?:AH\d+: )?(?:client denied by server configuration|.*permissions (?:are missing|deny)|Symbolic link not allowed)[^:]*: ?(\S+)?/;
const MISSING = '2';

/** A line of nginx's or Apache's access log (common and combined), or of nginx's error log. */
export function parseAccessLog(message: string): ServerLogEvent {
  const found = COMBINED.exec(message);
  if (found) {
    const [, host = '', method = '', path = '', status, size = '-', userAgent] = found;
    const client = clientAddressOf(host);
    if (client === undefined) return NOTE;
    return {
      kind: 'http',
      client,
      method,
      path,
      status: Number(status),
      ...(size === '-' ? {} : { sentBytes: Number(size) }),
      ...(userAgent === undefined ? {} : { userAgent }),
    };
  }
  const denied = APACHE_DENIED.exec(message);
  const deniedClient = parseIpv4(denied?.[1] ?? '');
  if (denied && deniedClient !== undefined)
    return { kind: 'http', client: deniedClient, method: 'GET', path: denied[2] ?? '', status: 403 };
  const error = NGINX_ERROR.exec(message);
  const client = parseIpv4(error?.[3] ?? '');
  if (!error || client === undefined) return complaintOf(message, WEB_COMPLAINTS);
  return {
    kind: 'http',
    client,
    method: error[4] ?? 'GET',
    path: error[5] ?? '',
    status: error[2] === MISSING ? 404 : 403,
  };
}
