import type { BootContext } from '../model/boot-context.ts';
import { httpBaseUrl } from '../model/boot-context.ts';
import { configError } from '../model/errors.ts';
import { stateLayout } from '../model/state-layout.ts';
import { renderDnsmasqConfig } from './dnsmasq-config.ts';
import type { ExportOptions } from './export-compose.ts';
import { NGINX_MEMORY_BYTES, NGINX_WORKER_DATA_BYTES, renderNginxConfig } from './nginx-config.ts';
import type { RenderedFile } from './rendered-file.ts';
import { fillTemplate, type ReadTemplate } from './template-engine.ts';

export interface SystemdExportOptions extends ExportOptions {
  /** the folder that the files are written to, absolute: units name their configuration by it */
  readonly folder: string;
  readonly dnsmasqVersion?: string;
}

/** Where a unit sees what it serves and its configuration, whatever folders are closed on the way to them. */
const viewOf = (name: string): string => `/run/pxectl-${name}`;
/** Its StateDirectory. */
const workOf = (name: string): string => `/var/lib/pxectl-${name}`;

/** Two units that run this set-up with the host's dnsmasq and nginx, without pxectl, each as a user of its own. */
export function renderSystemdExport(
  context: BootContext,
  readTemplate: ReadTemplate,
  options: SystemdExportOptions,
): RenderedFile[] {
  const { folder, stateRoot, dnsmasqVersion } = options;
  const layout = stateLayout(stateRoot);
  const title = `pxectl: ${context.config.network.mode} mode on ${context.config.network.interface}, ${httpBaseUrl(context.config)}`;
  const unit = (name: string, served: string): string =>
    fillTemplate(readTemplate(`export/${name}.service.hbs`), {
      title,
      name: `pxectl-${name}`,
      folder: unitPath(folder),
      served: unitPath(served),
      view: viewOf(name),
      hardening: readTemplate('export/hardening.conf').trimEnd(),
      isLowPort: context.config.http.port < 1024,
      memory: NGINX_MEMORY_BYTES,
      workerData: NGINX_WORKER_DATA_BYTES,
    });
  return [
    {
      path: 'pxectl-dnsmasq.service',
      content: unit('dnsmasq', layout.tftpRoot),
      purpose: 'systemd unit: DHCP and TFTP',
    },
    {
      path: 'pxectl-nginx.service',
      content: unit('nginx', layout.httpRoot),
      purpose: 'systemd unit: HTTP',
    },
    {
      path: 'dnsmasq.conf',
      content: renderDnsmasqConfig(context, readTemplate, {
        stateRoot: viewOf('dnsmasq'),
        leaseFolder: workOf('dnsmasq'),
        ...(dnsmasqVersion === undefined ? {} : { version: dnsmasqVersion }),
      }),
      purpose: 'DHCP and TFTP',
    },
    {
      path: 'nginx.conf',
      content: renderNginxConfig(context, readTemplate, {
        stateRoot: viewOf('nginx'),
        workFolder: workOf('nginx'),
      }),
      purpose: 'HTTP',
    },
  ];
}

/**
 * A path in a unit: `%` begins a specifier there, blanks end a word, and a colon ends a bind mount's source.
 * @throws PxectlError E_CONFIG_UNSAFE_VALUE for what a unit cannot hold
 */
function unitPath(path: string): string {
  if (/["'\\:\p{Cc}\s]/u.test(path)) {
    throw configError('E_CONFIG_UNSAFE_VALUE', {
      what: `${JSON.stringify(path)} cannot be written into a systemd unit`,
      why: 'it holds a blank, a quote, a colon or a backslash',
      next: 'move the folder to a path without these: pxectl export systemd --out /etc/pxectl',
    });
  }
  return path.replaceAll('%', '%%').replaceAll('$', '$$$$');
}
