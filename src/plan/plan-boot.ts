import { type BootContext, httpBaseUrl } from '../model/boot-context.ts';
import type { BootPlan, IgnoreReason, OfferFields } from '../model/boot-plan.ts';
import type { ClientFacts } from '../model/client-facts.ts';
import type { BiosLoader, Machine } from '../model/config.ts';
import type { Firmware } from '../model/firmware.ts';
import type { LoaderFamily } from '../model/loader.ts';
import { BYPASS_OPTION43 } from '../protocol/pxe/option43.ts';
import { defaultImageOf, isLeftAlone, isUnattendedInstall } from './boot-target.ts';
import { chooseLoader } from './choose-loader.ts';
import { findMachine } from './find-machine.ts';
import { firmwareOf } from './firmware-of.ts';

/** x86 in real mode, RFC 4578 §2.1. */
const ARCHITECTURE_BIOS = 0;

/**
 * The script that a running iPXE is sent to. iPXE itself puts its MAC in: one text serves every client, so that
 * dnsmasq, which cannot write a MAC into a file name, gives the same answer.
 */
export function secondStageUrl(context: BootContext): string {
  return `${httpBaseUrl(context.config)}/boot.ipxe?mac=\${netX/mac:hexhyp}`;
}

/**
 * Decides what one client gets. Pure: the same facts give the same plan, whichever engine asks. Never throws.
 * @param facts what the DHCP packet says of the client
 */
export function planBoot(context: BootContext, facts: ClientFacts): BootPlan {
  const machine = findMachine(context.config, facts);
  const firmware = firmwareOf(facts);
  const refuse = (reason: IgnoreReason, detail: string): BootPlan => ({
    action: 'ignore',
    firmware,
    reason,
    detail,
    ...(machine === undefined ? {} : { machine }),
  });

  if (firmware === 'unknown') return refuse('unknown-architecture', unknownText(facts));
  if (firmware === 'raspberry-pi') {
    const detail =
      'a Raspberry Pi boots from files of its own (bootcode.bin, start.elf) that pxectl does not have';
    return refuse('unsupported-architecture', detail);
  }
  if (isLeftAlone(context, machine)) {
    return refuse('machine-boots-local', 'its default is the local disk and boot.menu is false');
  }

  const because = [machineText(machine), targetText(context, machine)];
  const answer = (
    as: Firmware,
    stage: 'first' | 'second',
    loader: LoaderFamily,
    bootFile: string,
    reasons: readonly string[],
  ): BootPlan => ({
    action: 'boot',
    firmware: as,
    stage,
    loader,
    offer: offerFields(context, as, bootFile, facts),
    ...(machine === undefined ? {} : { machine }),
    because: [...because, ...reasons],
  });

  const biosLoader = (machine ?? context.config).loaders.bios;
  if (firmware === 'ipxe' && !wantsPxelinux(biosLoader, facts)) {
    const reason = 'iPXE is running already: it gets its script over HTTP';
    return answer('ipxe', 'second', 'ipxe', secondStageUrl(context), [reason]);
  }
  const isRomIpxe = firmware === 'ipxe';
  const platformFirmware: Firmware = isRomIpxe ? 'bios' : firmware;
  const loader = chooseLoader(context, platformFirmware, machine, isRomIpxe);
  if ('reason' in loader) return refuse(loader.reason, loader.detail);
  const isHttp = platformFirmware === 'uefi-http-x64' || platformFirmware === 'uefi-http-arm64';
  const bootFile = isHttp ? `${httpBaseUrl(context.config)}/loaders/${loader.path}` : loader.path;
  return answer(platformFirmware, 'first', loader.family, bootFile, loader.because);
}

/**
 * `loaders.bios: pxelinux` is for ROMs that are iPXE too. There is no loop: pxelinux asks no DHCP server again.
 * UEFI clients and other loaders stay with iPXE's own script.
 */
function wantsPxelinux(setting: BiosLoader, facts: ClientFacts): boolean {
  return setting === 'pxelinux' && facts.architectures[0] === ARCHITECTURE_BIOS;
}

function offerFields(
  context: BootContext,
  firmware: Firmware,
  bootFile: string,
  facts: ClientFacts,
): OfferFields {
  const { address } = context.config.network;
  const isHttp = firmware === 'uefi-http-x64' || firmware === 'uefi-http-arm64';
  // UEFI takes an option 43 for a boot menu and stops with PXE-E21; a BIOS ROM without it asks port 4011 first
  const isBios = firmware === 'bios' || facts.architectures[0] === ARCHITECTURE_BIOS;
  return {
    vendorClass: isHttp ? 'HTTPClient' : 'PXEClient',
    nextServer: address,
    serverName: address,
    bootFile,
    ...(isBios ? { option43: BYPASS_OPTION43 } : {}),
  };
}

function unknownText(facts: ClientFacts): string {
  const [first] = facts.architectures;
  return first === undefined
    ? 'the client does not say which architecture it has (neither option 93 nor its vendor class)'
    : `there is no boot service for architecture ${facts.architectures.join(', ')}`;
}

function machineText(machine: Machine | undefined): string {
  return machine === undefined
    ? 'no entry of machines matches: the defaults count'
    : `it is ${machine.name} of machines${machine.profile === undefined ? '' : `, with the profile ${machine.profile}`}`;
}

function targetText(context: BootContext, machine: Machine | undefined): string {
  const imageId = defaultImageOf(context, machine);
  const what = imageId === 'local' ? 'the local disk' : imageId;
  if (isUnattendedInstall(context, machine)) return `it installs ${what} unattended, without a menu`;
  const { menu, timeoutSeconds } = context.config.boot;
  return menu
    ? `it shows a menu and boots ${what} after ${timeoutSeconds} s`
    : `it boots ${what} without a menu`;
}
