import type { BootContext } from '../../model/boot-context.ts';
import type { BootPlan } from '../../model/boot-plan.ts';
import { usageError } from '../../model/errors.ts';
import { FIRMWARES, type Firmware } from '../../model/firmware.ts';
import { nearestWord } from '../../model/nearest-word.ts';
import { bootTarget, defaultImageOf, isUnattendedInstall } from '../../plan/boot-target.ts';
import { firmwareOf } from '../../plan/firmware-of.ts';
import { planBoot } from '../../plan/plan-boot.ts';
import { sampleFacts } from '../../plan/sample-facts.ts';
import { macWithHyphens, parseMac } from '../../protocol/addresses.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output.ts';

type KnownFirmware = Exclude<Firmware, 'unknown'>;

const KNOWN = FIRMWARES.filter((firmware): firmware is KnownFirmware => firmware !== 'unknown');

/** `render --for`: what a machine gets with every firmware it may have, or what any machine with one firmware gets. */
export function renderFor(context: BootContext, wanted: string, output: Output, isJson: boolean): number {
  const mac = parseMac(wanted);
  // a machine's address tells what it is not: only a Raspberry Pi has one of its maker's
  const firmwares = KNOWN.filter((firmware) =>
    mac === undefined ? firmware === wanted : firmwareOf(sampleFacts(firmware, mac)) === firmware,
  );
  if (firmwares.length === 0) {
    const isSeveral = KNOWN.filter((firmware) => firmware.startsWith(wanted)).length > 1;
    const near = isSeveral ? undefined : nearestWord(wanted, KNOWN);
    throw usageError({
      what: `--for ${wanted}: that is neither a MAC address nor a firmware`,
      why: `firmwares: ${KNOWN.join(', ')}`,
      ...(near === undefined ? {} : { next: `did you mean ${near}?` }),
    });
  }
  const plans = firmwares.map((firmware) => ({
    firmware,
    plan: planBoot(context, sampleFacts(firmware, mac)),
  }));
  const machine = plans[0]?.plan.machine;
  const imageId = defaultImageOf(context, machine);
  const target =
    imageId === 'local'
      ? undefined
      : bootTarget(context, imageId, machine, { isUnattended: isUnattendedInstall(context, machine) });
  if (isJson) {
    output.json({ schema: 'pxectl.render/1', for: wanted, plans, target: target ?? null });
    return EXIT.ok;
  }
  for (const { firmware, plan } of plans) output.data(`${firmware}\n${describePlan(plan)}\n`);
  if (plans.every(({ plan }) => plan.action === 'ignore')) return EXIT.ok;
  if (target === undefined) output.data('then: the local disk');
  else {
    output.data(`then: ${target.image}\n  kernel     ${target.kernel}\n  initrd     ${target.initrd}`);
    const card = mac === undefined ? 'MAC-OF-THE-CARD' : macWithHyphens(mac);
    const words = [...(target.passesBootif ? [`BOOTIF=01-${card}`] : []), ...target.arguments];
    output.data(`  arguments  ${words.join(' ')}`);
  }
  return EXIT.ok;
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
