import { clientAddressOf } from '../log-lines/client-address.ts';
import { complaintOf, WEB_COMPLAINTS } from './server-problems.ts';
import { parseIpv4 } from '../addresses.ts';
import { NOTE, type ServerLogEvent } from './server-log-event.ts';

const COMBINED =
  /^(?:::ffff:)?(\S+) \S+ \S+ \[[^\]]+\] "(GET|HEAD|POST|PUT) ([^\s"]+)(?:\s[^"]*)?" (\d{3}) (\d+|-)(?: "[^"]*" "([^"]*)")?/;
// each part by itself: two `.*` in one expression are slow where a line repeats what stands between them
const NGINX_ERROR = /(?:open|stat)\(\) "[^"]+" failed \((\d+): /;
const NGINX_CLIENT = /client: ([\d.]+)/;
const NGINX_REQUEST = /request: "(\w+) (\S+)/;
/** Apache: `[client 192.0.2.9:52100] AH01630: client denied by server configuration: /srv/www/x` */
const APACHE_CLIENT = /\[client ([\d.]+):\d+\]/;
const APACHE_DENIED =
  /client denied by server configuration|permissions (?:are missing|deny)|Symbolic link not allowed/;
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
  const deniedClient = denied && parseIpv4(APACHE_CLIENT.exec(message.slice(0, denied.index))?.[1] ?? '');
  if (denied && deniedClient) {
    const path = /^[^:]*: ?(\S+)/.exec(message.slice(denied.index))?.[1] ?? '';
    return { kind: 'http', client: deniedClient, method: 'GET', path, status: 403 };
  }
  const error = NGINX_ERROR.exec(message);
  const rest = message.slice(error?.index);
  const client = parseIpv4(NGINX_CLIENT.exec(rest)?.[1] ?? '');
  const [, method = '', path = ''] = NGINX_REQUEST.exec(rest) ?? [];
  if (!error || client === undefined || path === '') return complaintOf(message, WEB_COMPLAINTS);
  return {
    kind: 'http',
    client,
    method,
    path,
    status: error[1] === MISSING ? 404 : 403,
  };
}
