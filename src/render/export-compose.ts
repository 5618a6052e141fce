import type { BootContext } from '../model/boot-context.ts';
import { httpBaseUrl } from '../model/boot-context.ts';
import { stateLayout } from '../model/state-layout.ts';
import { renderDnsmasqConfig } from './dnsmasq-config.ts';
import { renderDockerfile } from './dockerfile.ts';
import { NGINX_MEMORY_BYTES, NGINX_WORKER_DATA_BYTES, renderNginxConfig } from './nginx-config.ts';
import type { RenderedFile } from './rendered-file.ts';
import { fillTemplate, type ReadTemplate } from './template-engine.ts';

export interface ExportOptions {
  /** the state folder, absolute: loaders, images and scripts are served from there */
  readonly stateRoot: string;
}

/** The state folder as the containers see it. */
const CONTAINER_ROOT = '/pxectl';
/** version in the image of templates/docker/Dockerfile.hbs */
const DNSMASQ_IN_IMAGE = '2.90';
const NOBODY = '65534:65534';

/** What `docker compose up` needs to run this set-up without pxectl; paths are relative to the export folder. */
export function renderComposeExport(
  context: BootContext,
  readTemplate: ReadTemplate,
  options: ExportOptions,
): RenderedFile[] {
  const layout = stateLayout(options.stateRoot);
  const dockerfile = renderDockerfile(readTemplate);
  const isLowPort = context.config.http.port < 1024;
  const compose = fillTemplate(readTemplate('export/compose.yaml.hbs'), {
    title: `pxectl: ${context.config.network.mode} mode on ${context.config.network.interface}, ${httpBaseUrl(context.config)}`,
    file: 'compose.yaml',
    image: dockerfile.imageName,
    tftpVolume: volumeText(layout.tftpRoot, `${CONTAINER_ROOT}/serve/tftp`),
    httpVolume: volumeText(layout.httpRoot, `${CONTAINER_ROOT}/serve/http`),
    nginxUser: isLowPort ? '0:0' : NOBODY,
    isLowPort,
    nginxMemory: NGINX_MEMORY_BYTES,
    nginxWorkerData: NGINX_WORKER_DATA_BYTES,
  });
  return [
    { path: 'compose.yaml', content: compose, purpose: 'docker compose: both containers' },
    {
      path: 'Dockerfile',
      content: dockerfile.content,
      purpose: 'the image of both containers',
    },
    {
      path: 'config/dnsmasq.conf',
      content: renderDnsmasqConfig(context, readTemplate, {
        stateRoot: CONTAINER_ROOT,
        version: DNSMASQ_IN_IMAGE,
        user: 'nobody',
      }),
      purpose: 'DHCP and TFTP',
    },
    {
      path: 'config/nginx.conf',
      content: renderNginxConfig(context, readTemplate, {
        stateRoot: CONTAINER_ROOT,
        ...(isLowPort ? { user: 'root' } : {}),
      }),
      purpose: 'HTTP',
    },
  ];
}

/** A bind mount as one YAML string: JSON's quoting is YAML's, and compose reads `$` as a variable. */
function volumeText(source: string, target: string): string {
  return JSON.stringify(`${source}:${target}:ro`.replaceAll('$', '$$$$'));
}
