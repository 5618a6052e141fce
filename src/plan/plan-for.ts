import type { BootContext } from '../model/boot-context.ts';
import type { BootPlan, BootTarget } from '../model/boot-plan.ts';
import type { Machine } from '../model/config.ts';
import type { ConfigPlace } from '../model/config-settings.ts';
import { usageError } from '../model/errors.ts';
import { settingsExplainer, type ExplainedSetting } from '../model/explain-settings.ts';
import { machineLookup } from '../model/find-machines.ts';
import { firmwareNamed, FIRMWARES, type Firmware } from '../model/firmware.ts';
import { nearestWord } from '../model/nearest-word.ts';
import { printable } from '../model/printable.ts';
import { parseMac, type MacAddress } from '../protocol/addresses.ts';
import { bootTarget, defaultImageOf, isUnattendedInstall } from './boot-target.ts';
import { firmwareOf } from './firmware-of.ts';
import { planBoot } from './plan-boot.ts';
import { sampleFacts } from './sample-facts.ts';

export type KnownFirmware = Exclude<Firmware, 'unknown'>;

const KNOWN = FIRMWARES.filter((firmware): firmware is KnownFirmware => firmware !== 'unknown');

/** The configuration as it is written, for the lines that say why. */
export interface WrittenConfig {
  readonly text: string;
  readonly place: ConfigPlace;
}

/** What a client gets with each firmware that it may have. */
export interface PlanFor {
  readonly mac?: MacAddress | undefined;
  readonly machine?: Machine;
  readonly plans: readonly { readonly firmware: KnownFirmware; readonly plan: BootPlan }[];
  /** one for each profile that one of the plans is by, or for none */
  readonly outcomes: readonly PlanOutcome[];
}

/** What follows the loader on this machine, or on a client that this profile takes, or on any other. */
export interface PlanOutcome {
  readonly profile?: string;
  /** undefined: its own disk */
  readonly target: BootTarget | undefined;
  readonly settings: readonly ExplainedSetting[];
}

/**
 * What a machine gets with every firmware it may have, or what any machine with one firmware gets, and which line of the file says
 * so.
 * @throws PxectlError E_USAGE for a word that is neither machine nor address nor firmware
 */
export function planFor(context: BootContext, written: WrittenConfig, wanted: string): PlanFor {
  const { firmwares, mac, machine } = subjectOf(context, wanted);
  const plans = firmwares.map((firmware) => {
    const facts = sampleFacts(firmware, mac);
    const uuid = machine?.uuid;
    return { firmware, plan: planBoot(context, uuid === undefined ? facts : { ...facts, uuid }) };
  });
  const settingsOf = settingsExplainer(written.text, written.place);
  const outcomes = [...new Set(plans.map(({ plan }) => plan.profile))].map((profile): PlanOutcome => {
    const client = machine ?? context.config.profiles.find(({ name }) => name === profile);
    const imageId = defaultImageOf(context, client);
    const isUnattended = isUnattendedInstall(context, client);
    return {
      ...(profile === undefined ? {} : { profile }),
      target: imageId === 'local' ? undefined : bootTarget(context, imageId, client, { isUnattended }),
      settings: settingsOf({ machineName: machine?.name, profile }),
    };
  });
  return { plans, outcomes, mac, ...(machine === undefined ? {} : { machine }) };
}

/** Whom it is asked about. */
interface Subject {
  readonly firmwares: readonly KnownFirmware[];
  readonly mac?: MacAddress | undefined;
  readonly machine?: Machine;
}

/** @throws PxectlError E_USAGE */
function subjectOf({ config }: BootContext, wanted: string): Subject {
  const firmware = KNOWN.find((known) => known === wanted);
  if (firmware !== undefined) return { firmwares: [firmware] };
  const machine = machineLookup(config)(wanted);
  const mac = machine === undefined ? parseMac(wanted) : machine.mac;
  if (machine !== undefined || mac !== undefined) {
    // a machine's address tells what it is not: only a Raspberry Pi has one of its maker's
    const firmwares = KNOWN.filter((known) => firmwareOf(sampleFacts(known, mac)) === known);
    return { firmwares, mac, ...(machine === undefined ? {} : { machine }) };
  }
  const meant = firmwareNamed(wanted);
  if (meant !== undefined && meant !== 'unknown') return { firmwares: [meant] };
  const isSeveral = KNOWN.filter((known) => known.startsWith(wanted)).length > 1;
  const names = config.machines.map(({ name }) => name);
  const near = isSeveral ? undefined : nearestWord(wanted, [...names, ...KNOWN]);
  throw usageError({
    what: `${printable(wanted)} is no machine, no MAC address and no firmware`,
    why: `firmwares: ${KNOWN.join(', ')}`,
    next: near === undefined ? 'pxectl machines lists the machines' : `did you mean ${near}?`,
  });
}
