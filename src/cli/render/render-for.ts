import type { Project } from '../../engine/project.ts';
import type { BootContext } from '../../model/boot-context.ts';
import type { BootPlan, BootTarget } from '../../model/boot-plan.ts';
import type { Machine } from '../../model/config.ts';
import { usageError } from '../../model/errors.ts';
import { settingsExplainer, type ExplainedSetting } from '../../model/explain-settings.ts';
import { machineLookup } from '../../model/find-machines.ts';
import { FIRMWARES, type Firmware } from '../../model/firmware.ts';
import { nearestWord } from '../../model/nearest-word.ts';
import { bootTarget, defaultImageOf, isUnattendedInstall } from '../../plan/boot-target.ts';
import { firmwareOf } from '../../plan/firmware-of.ts';
import { planBoot } from '../../plan/plan-boot.ts';
import { sampleFacts } from '../../plan/sample-facts.ts';
import { macWithHyphens, parseMac, type MacAddress } from '../../protocol/addresses.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { describeSettings } from './describe-settings.ts';

type KnownFirmware = Exclude<Firmware, 'unknown'>;

const KNOWN = FIRMWARES.filter((firmware): firmware is KnownFirmware => firmware !== 'unknown');

/** Whom `--for` asks about. */
interface Subject {
  readonly firmwares: readonly KnownFirmware[];
  readonly mac?: MacAddress | undefined;
  readonly machine?: Machine;
}

/**
 * `render --for`: what a machine gets with every firmware it may have, or what any machine with one firmware gets, and which
 * line of the file says so.
 */
export function renderFor(
  project: Project,
  context: BootContext,
  wanted: string,
  { output, isJson }: { readonly output: Output; readonly isJson: boolean },
): number {
  const { firmwares, mac, machine } = subjectOf(context, wanted);
  const plans = firmwares.map((firmware) => {
    const facts = sampleFacts(firmware, mac);
    const uuid = machine?.uuid;
    return { firmware, plan: planBoot(context, uuid === undefined ? facts : { ...facts, uuid }) };
  });
  const outcomes = [...new Set(plans.map(({ plan }) => plan.profile))].map((profile) =>
    outcomeOf(project, context, { machine, profile }),
  );
  const [first] = outcomes;
  if (isJson) {
    output.json({
      ...{ schema: 'pxectl.render/1', for: wanted, plans, target: first?.target ?? null },
      outcomes: outcomes.map(({ target, ...rest }) => ({ ...rest, target: target ?? null })),
    });
    return EXIT.ok;
  }
  for (const { firmware, plan } of plans) output.data(`${firmware}\n${describePlan(plan)}\n`);
  if (machine !== undefined && machine.mac === undefined && machine.uuid === undefined) {
    output.data(
      `${machine.name} is known by its serial number alone: iPXE and GRUB read it and go on with the following, pxelinux does not\n`,
    );
  }
  for (const { profile, settings, target } of outcomes) {
    const whose = profile === undefined ? 'settings' : `settings where the profile ${profile} takes it`;
    output.data(
      `${whose}, and the lines of ${project.configPath} that say so\n${describeSettings(settings)}\n`,
    );
    if (plans.some(({ plan }) => plan.action === 'boot' && plan.profile === profile)) {
      output.data(describeTarget(target, mac));
    }
  }
  return EXIT.ok;
}

interface Outcome {
  readonly profile?: string;
  readonly target: BootTarget | undefined;
  readonly settings: readonly ExplainedSetting[];
}

/** What follows the loader on this machine, or on a client that this profile takes, or on any other. */
function outcomeOf(
  project: Project,
  context: BootContext,
  { machine, profile }: { readonly machine?: Machine | undefined; readonly profile: string | undefined },
): Outcome {
  const client = machine ?? context.config.profiles.find(({ name }) => name === profile);
  const imageId = defaultImageOf(context, client);
  const isUnattended = isUnattendedInstall(context, client);
  return {
    ...(profile === undefined ? {} : { profile }),
    target: imageId === 'local' ? undefined : bootTarget(context, imageId, client, { isUnattended }),
    settings: settingsExplainer(project.configText, {
      ...{ path: project.configPath, stateRoot: project.layout.root },
    })({ machineName: machine?.name, profile }),
  };
}

function describeTarget(target: BootTarget | undefined, mac: MacAddress | undefined): string {
  if (target === undefined) return 'then: the local disk';
  const card = mac === undefined ? 'MAC-OF-THE-CARD' : macWithHyphens(mac);
  const words = [...(target.passesBootif ? [`BOOTIF=01-${card}`] : []), ...target.arguments];
  return [
    `then: ${target.image}`,
    `  kernel     ${target.kernel}`,
    `  initrd     ${target.initrd}`,
    `  arguments  ${words.join(' ')}`,
  ].join('\n');
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
  const isSeveral = KNOWN.filter((known) => known.startsWith(wanted)).length > 1;
  const names = config.machines.map(({ name }) => name);
  const near = isSeveral ? undefined : nearestWord(wanted, [...names, ...KNOWN]);
  throw usageError({
    what: `--for ${wanted}: that is no machine, no MAC address and no firmware`,
    why: `firmwares: ${KNOWN.join(', ')}`,
    next: near === undefined ? 'pxectl machines lists the machines' : `did you mean ${near}?`,
  });
}

function describePlan(plan: BootPlan): string {
  if (plan.action === 'ignore') return `  no answer  (${plan.reason}) ${plan.detail}`;
  const { offer } = plan;
  const lines = [
    `  boot file    ${offer.bootFile}`,
    `  next server  ${offer.nextServer}`,
    `  option 60    ${offer.vendorClass}`,
    `  option 43    ${
      offer.option43
        ? Buffer.from(offer.option43)
            .toString('hex')
            .replace(/..(?!$)/g, '$&:')
        : 'none'
    }`,
    ...plan.because.map((reason) => `  because      ${reason}`),
  ];
  return lines.join('\n');
}
