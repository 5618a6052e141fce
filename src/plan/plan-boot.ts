import { type BootContext, httpBaseUrl } from '../model/boot-context.ts';
import type { BootPlan, IgnoreReason, OfferFields } from '../model/boot-plan.ts';
import type { ClientFacts } from '../model/client-facts.ts';
import type { BiosLoader, BootSettings, Machine, Profile } from '../model/config.ts';
import type { Firmware } from '../model/firmware.ts';
import type { LoaderFamily } from '../model/loader.ts';
import { BYPASS_OPTION43 } from '../protocol/pxe/option43.ts';
import {
  defaultImageOf,
  isLeftAlone,
  isUnattendedInstall,
  unknownChoice,
  UNKNOWN_TEXTS,
} from './boot-target.ts';
import { chooseLoader } from './choose-loader.ts';
import { findMachine } from '../model/machine-of-client.ts';
import { firmwareOf } from './firmware-of.ts';
import { matchProfile, profileFolder, type MatchedProfile } from './match-profile.ts';

/** x86 in real mode, RFC 4578 §2.1. */
const ARCHITECTURE_BIOS = 0;

/**
 * The script that a running iPXE is sent to. iPXE itself puts its MAC in: one text serves every client, so that
 * dnsmasq, which cannot write a MAC into a file name, gives the same answer.
 * @param profile that took the client
 */
export function secondStageUrl(context: BootContext, profile?: Pick<Profile, 'name'>): string {
  const folder = profile === undefined ? '' : `/${profileFolder(profile)}`;
  return `${httpBaseUrl(context.config)}${folder}/boot.ipxe?mac=\${netX/mac:hexhyp}`;
}

/** Who a client was found to be. */
export interface ClientIdentity {
  readonly machine?: Machine | undefined;
  readonly taken?: MatchedProfile | undefined;
}

/**
 * Decides what one client gets. Pure: the same facts give the same plan, whichever engine asks. Never throws.
 * @param facts what the DHCP packet says of the client
 */
export function planBoot(context: BootContext, facts: ClientFacts): BootPlan {
  const machine = findMachine(context.config, facts);
  const taken = machine === undefined ? matchProfile(context.config, facts) : undefined;
  return planFor(context, facts, { machine, taken });
}

/** What a client gets that is this machine, or is taken by this profile. */
export function planFor(
  context: BootContext,
  facts: ClientFacts,
  { machine, taken }: ClientIdentity,
): BootPlan {
  const profile = taken?.profile;
  const settings = machine ?? profile;
  const firmware = firmwareOf(facts);
  const refuse = (reason: IgnoreReason, detail: string): BootPlan => ({
    action: 'ignore',
    firmware,
    reason,
    detail,
    ...(machine === undefined ? {} : { machine }),
    ...(profile === undefined ? {} : { profile: profile.name }),
  });

  if (firmware === 'unknown') return refuse('unknown-architecture', unknownText(facts));
  if (firmware === 'raspberry-pi') {
    const detail =
      'a Raspberry Pi boots from files of its own (bootcode.bin, start.elf) that pxectl does not have';
    return refuse('unsupported-architecture', detail);
  }
  if (unknownChoice(context, settings) === 'ignore') return refuse('unknown-machine', UNKNOWN_TEXTS.ignore);
  if (isLeftAlone(context, settings, facts.architectures[0] === ARCHITECTURE_BIOS)) {
    return refuse('machine-boots-local', 'its default is the local disk and boot.menu is false');
  }

  const because = [...(taken?.because ?? [machineText(machine)]), targetText(context, settings)];
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
    ...(profile === undefined ? {} : { profile: profile.name }),
    because: [...because, ...reasons],
  });

  const biosLoader = (settings ?? context.config).loaders.bios;
  if (firmware === 'ipxe' && !wantsPxelinux(biosLoader, facts)) {
    const reason = 'iPXE is running already: it gets its script over HTTP';
    return answer('ipxe', 'second', 'ipxe', secondStageUrl(context, profile), [reason]);
  }
  const isRomIpxe = firmware === 'ipxe';
  const platformFirmware: Firmware = isRomIpxe ? 'bios' : firmware;
  const loader = chooseLoader(context, platformFirmware, settings, isRomIpxe);
  if ('reason' in loader) return refuse(loader.reason, loader.detail);
  const isHttp = platformFirmware === 'uefi-http-x64' || platformFirmware === 'uefi-http-arm64';
  const path = profile === undefined ? loader.path : `${profileFolder(profile)}/${loader.path}`;
  const bootFile = isHttp ? `${httpBaseUrl(context.config)}/loaders/${path}` : path;
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

function targetText(context: BootContext, settings: BootSettings | undefined): string {
  const unknown = unknownChoice(context, settings);
  if (unknown !== 'menu') return UNKNOWN_TEXTS[unknown];
  const imageId = defaultImageOf(context, settings);
  const what = imageId === 'local' ? 'the local disk' : imageId;
  if (isUnattendedInstall(context, settings)) return `it installs ${what} unattended, without a menu`;
  const { menu, timeoutSeconds } = context.config.boot;
  return menu
    ? `it shows a menu and boots ${what} after ${timeoutSeconds} s`
    : `it boots ${what} without a menu`;
}
