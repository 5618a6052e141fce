import type { BootEvent } from './boot-event.ts';
import { isOptionalFile } from './file-name.ts';
import { formatBytes, formatDuration } from './units.ts';

/** What happened, in plain words; undefined for what only machines need. */
export function eventText(event: BootEvent): string | undefined {
  const { detail, firmware } = event;
  const path = String(detail['path'] ?? detail['file'] ?? '');
  switch (event.type) {
    case 'dhcp.discover':
      return `asks for an address and a boot server (${firmware ?? 'unknown firmware'})`;
    case 'dhcp.offer':
      return `offered ${path}`;
    case 'dhcp.ack':
      return `told on port ${detail['port'] ?? 4011}: ${path}`;
    case 'dhcp.request':
    case 'http.head':
      return undefined;
    case 'dhcp.nak':
      return 'address refused';
    case 'dhcp.ignored':
      return `not answered: ${String(detail['message'] ?? detail['reason'] ?? '')}`;
    case 'tftp.start':
    case 'http.get':
      return `reads ${path}`;
    case 'tftp.done':
    case 'http.done':
      return `has ${path}${transferText(event)}`;
    case 'tftp.missing':
    case 'http.missing':
      return isOptionalFile(path)
        ? `looked for ${path}: there is none, which is normal`
        : `asked for ${path}, which is not there${suggestion(event)}`;
    case 'tftp.aborted':
      return detail['reason'] === 'size-probe' ? undefined : `gave up reading ${path}`;
    case 'tftp.error':
    case 'http.error':
      return `could not read ${path}: ${String(detail['message'] ?? detail['status'] ?? '')}`;
    case 'seed.requested':
      return `fetched its install seed ${path}`;
    case 'seed.refused':
      return `its seed was refused: ${String(detail['message'] ?? '')}`;
    case 'install.progress':
      return `installing: ${String(detail['message'] ?? '')}`;
    case 'report.refused':
      return `sent a report that is not taken: ${String(detail['message'] ?? '')}`;
    case 'install.unreported':
      return `installed or not? ${String(detail['message'] ?? '')}`;
    case 'install.failed':
      return `says that its install failed: ${String(detail['message'] ?? '')}`;
    case 'machine.state': {
      const why = detail['message'] === undefined ? '' : `: ${String(detail['message'])}`;
      return `is ${String(detail['to'])} (was ${String(detail['from'])})${why}`;
    }
    case 'machine.power':
      return String(detail['message'] ?? '');
    case 'install.done':
      return 'reports that it is installed';
    case 'engine.starting':
    case 'engine.ready':
    case 'engine.stopped':
      return `${wordOf(event)}: ${String(detail['message'] ?? detail['engine'] ?? '')}`;
    case 'network.trouble':
      return `${detail['severity'] === 'info' ? '·' : '!'} ${String(detail['message'] ?? '')} (pxectl doctor explains ${String(detail['finding'] ?? '')})`;
    case 'network.over':
      return String(detail['message'] ?? '');
    case 'engine.warning':
    case 'engine.error':
      return `${wordOf(event)}: ${String(detail['message'] ?? '')}`;
  }
}

/** `ready` of `engine.ready`. */
const wordOf = ({ type }: BootEvent): string => type.slice(type.indexOf('.') + 1);

function suggestion(event: BootEvent): string {
  const near = event.detail['message'];
  return typeof near === 'string' ? ` (${near})` : '';
}

function transferText(event: BootEvent): string {
  const bytes = Number(event.detail['sentBytes'] ?? event.detail['sizeBytes'] ?? Number.NaN);
  const durationMs = Number(event.detail['durationMs'] ?? Number.NaN);
  if (Number.isNaN(bytes)) return '';
  const duration = Number.isNaN(durationMs) ? '' : ` in ${formatDuration(durationMs)}`;
  return `: ${formatBytes(bytes)}${duration}`;
}
