import type { Project } from '../../engine/project.ts';
import type { BootContext } from '../../model/boot-context.ts';
import type { BootPlan, BootTarget } from '../../model/boot-plan.ts';
import { planFor } from '../../plan/plan-for.ts';
import { hexFromBytes, macWithHyphens, type MacAddress } from '../../protocol/addresses.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { describeSettings } from './describe-settings.ts';

/** `render --for`: what one client gets, and why. @throws PxectlError as `planFor` */
export function renderFor(
  project: Project,
  context: BootContext,
  wanted: string,
  { output, isJson }: { readonly output: Output; readonly isJson: boolean },
): number {
  const place = { path: project.configPath, stateRoot: project.layout.root };
  const { plans, outcomes, mac, machine } = planFor(context, { text: project.configText, place }, wanted);
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

function describePlan(plan: BootPlan): string {
  if (plan.action === 'ignore') return `  no answer  (${plan.reason}) ${plan.detail}`;
  const { offer } = plan;
  const lines = [
    `  boot file    ${offer.bootFile}`,
    `  next server  ${offer.nextServer}`,
    `  option 60    ${offer.vendorClass}`,
    `  option 43    ${offer.option43 ? hexFromBytes(offer.option43).replace(/..(?!$)/g, '$&:') : 'none'}`,
    ...plan.because.map((reason) => `  because      ${reason}`),
  ];
  return lines.join('\n');
}
