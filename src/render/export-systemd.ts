import type { BootContext } from '../model/boot-context.ts';
import { httpBaseUrl } from '../model/boot-context.ts';
import { configError } from '../model/errors.ts';
import { stateLayout } from '../model/state-layout.ts';
import { renderDnsmasqConfig } from './dnsmasq-config.ts';
import type { ExportOptions } from './export-compose.ts';
import { renderNginxConfig } from './nginx-config.ts';
import type { RenderedFile } from './rendered-file.ts';
import { fillTemplate, type ReadTemplate } from './template-engine.ts';

export interface SystemdExportOptions extends ExportOptions {
  /** the folder that the files are written to, absolute: units name their configuration by it */
  readonly folder: string;
  readonly dnsmasqVersion?: string;
  /** users that the servers drop to; none: their own default */
  readonly user?: string;
  /** the group of nginx's user */
  readonly group?: string;
}

/** Two units that run this set-up with the host's dnsmasq and nginx, without pxectl. */
export function renderSystemdExport(
  context: BootContext,
  readTemplate: ReadTemplate,
  options: SystemdExportOptions,
): RenderedFile[] {
  const { folder, stateRoot, user, group, dnsmasqVersion } = options;
  const title = `pxectl: ${context.config.network.mode} mode on ${context.config.network.interface}, ${httpBaseUrl(context.config)}`;
  const run = unitPath(stateLayout(stateRoot).run);
  const unit = (template: string, program: string, config: string): string =>
    fillTemplate(readTemplate(template), { title, program, config: unitPath(`${folder}/${config}`), run });
  return [
    {
      path: 'pxectl-dnsmasq.service',
      content: unit('export/dnsmasq.service.hbs', '/usr/sbin/dnsmasq', 'dnsmasq.conf'),
      purpose: 'systemd unit: DHCP and TFTP',
    },
    {
      path: 'pxectl-nginx.service',
      content: unit('export/nginx.service.hbs', '/usr/sbin/nginx', 'nginx.conf'),
      purpose: 'systemd unit: HTTP',
    },
    {
      path: 'dnsmasq.conf',
      content: renderDnsmasqConfig(context, readTemplate, {
        stateRoot,
        ...(dnsmasqVersion === undefined ? {} : { version: dnsmasqVersion }),
        ...(user === undefined ? {} : { user }),
      }),
      purpose: 'DHCP and TFTP',
    },
    {
      path: 'nginx.conf',
      content: renderNginxConfig(context, readTemplate, {
        stateRoot,
        ...(user === undefined ? {} : { user }),
        ...(group === undefined ? {} : { group }),
      }),
      purpose: 'HTTP',
    },
  ];
}

/**
 * A path in a unit: `%` begins a specifier there, and blanks end a word.
 * @throws PxectlError E_CONFIG_UNSAFE_VALUE for what a unit cannot hold
 */
function unitPath(path: string): string {
  if (/["'\\\p{Cc}\s]/u.test(path)) {
    throw configError('E_CONFIG_UNSAFE_VALUE', {
      what: `${JSON.stringify(path)} cannot be written into a systemd unit`,
      why: 'it holds a blank, a quote or a backslash',
      next: 'move the folder to a path without these: pxectl export systemd --out /etc/pxectl',
    });
  }
  return path.replaceAll('%', '%%').replaceAll('$', '$$$$');
}
