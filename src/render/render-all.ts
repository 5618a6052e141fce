import type { BootContext } from '../model/boot-context.ts';
import type { Machine } from '../model/config.ts';
import { machineFileName } from '../model/machine-key.ts';
import { matchingProfiles } from '../plan/match-profile.ts';
import { renderDnsmasqConfig } from './dnsmasq-config.ts';
import { renderGrubConfig } from './grub-config.ts';
import { renderIpxeScript } from './ipxe-script.ts';
import { configNames, grubConfigNames } from './machine-marks.ts';
import { renderNginxConfig } from './nginx-config.ts';
import { autoexecFiles, profileFiles } from './profile-files.ts';
import { renderPxelinuxConfig } from './pxelinux-config.ts';
import { canHold } from './quoting.ts';
import type { RenderedFile } from './rendered-file.ts';
import type { ReadTemplate } from './template-engine.ts';

export interface RenderOptions {
  /** the state folder, absolute: what dnsmasq.conf and nginx.conf name their folders by */
  readonly stateRoot?: string;
  /** version of the dnsmasq that will read its file, `2.90` */
  readonly dnsmasqVersion?: string;
  /** user that dnsmasq drops to */
  readonly dnsmasqUser?: string;
}

const DEFAULT_STATE_ROOT = '/var/lib/pxectl';

/**
 * Every file that is served or that an engine is started with.
 * @throws PxectlError E_IMAGE_NOT_FETCHED, E_CONFIG_UNSAFE_VALUE
 */
export function renderAll(
  context: BootContext,
  readTemplate: ReadTemplate,
  options: RenderOptions = {},
): RenderedFile[] {
  const stateRoot = options.stateRoot ?? DEFAULT_STATE_ROOT;
  return [
    {
      path: 'serve/tftp/pxelinux.cfg/default',
      content: renderPxelinuxConfig(context, readTemplate),
      purpose: 'BIOS: menu of pxelinux',
    },
    {
      path: 'serve/tftp/grub/grub.cfg',
      content: renderGrubConfig(context, readTemplate),
      purpose: 'UEFI with Secure Boot: menu of GRUB',
    },
    ...autoexecFiles(context, readTemplate),
    {
      path: 'serve/http/boot.ipxe',
      content: renderIpxeScript(context, readTemplate),
      purpose: 'second stage: menu of iPXE, sends known machines to their own script',
    },
    ...matchingProfiles(context.config).flatMap((profile) => profileFiles(context, readTemplate, profile)),
    ...context.config.machines.flatMap((machine) => machineFiles(context, readTemplate, machine)),
    ...(isForBuiltinAlone(context, stateRoot) ? [] : engineFiles(context, readTemplate, stateRoot, options)),
  ];
}

function engineFiles(
  context: BootContext,
  readTemplate: ReadTemplate,
  stateRoot: string,
  options: RenderOptions,
): RenderedFile[] {
  return [
    {
      path: 'run/dnsmasq.conf',
      content: renderDnsmasqConfig(context, readTemplate, {
        stateRoot,
        ...(options.dnsmasqVersion === undefined ? {} : { version: options.dnsmasqVersion }),
        ...(options.dnsmasqUser === undefined ? {} : { user: options.dnsmasqUser }),
      }),
      purpose: 'engines dnsmasq and docker: DHCP and TFTP',
    },
    {
      path: 'run/nginx.conf',
      content: renderNginxConfig(context, readTemplate, {
        stateRoot,
        hasChannel: true,
      }),
      purpose: 'engines dnsmasq and docker: HTTP',
    },
  ];
}

/** A folder that dnsmasq or nginx has no way to write (a comma) keeps nobody from the built-in servers. */
function isForBuiltinAlone({ config: { engine } }: BootContext, stateRoot: string): boolean {
  return (engine === 'builtin' || engine === 'auto') && !canServersName(stateRoot);
}

/** Whether the files of dnsmasq and nginx have a way to write this folder. */
export function canServersName(stateRoot: string): boolean {
  return canHold(stateRoot, 'dnsmasq') && canHold(stateRoot, 'nginx');
}

/** What is served to one machine alone: all that depends on whether it is armed. */
export function machineFiles(
  context: BootContext,
  readTemplate: ReadTemplate,
  machine: Machine,
): RenderedFile[] {
  const purpose = `machine ${machine.name}`;
  const pxelinux = renderPxelinuxConfig(context, readTemplate, machine);
  const grub = renderGrubConfig(context, readTemplate, machine);
  return [
    ...configNames(machine).map((name) => ({
      ...{ path: `serve/tftp/pxelinux.cfg/${name}`, content: pxelinux, purpose: `${purpose}: pxelinux` },
    })),
    ...grubConfigNames(machine).map((name) => ({
      ...{ path: `serve/tftp/grub/grub.cfg-${name}`, content: grub, purpose: `${purpose}: GRUB` },
    })),
    {
      path: `serve/http/machines/${machineFileName(machine)}.ipxe`,
      content: renderIpxeScript(context, readTemplate, machine),
      purpose: `${purpose}: iPXE`,
    },
  ];
}
