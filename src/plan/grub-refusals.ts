import type { BootContext } from '../model/boot-context.ts';
import { planBoot } from './plan-boot.ts';
import { sampleFacts } from './sample-facts.ts';

/** Machines, or everyone else, that get no loader because GRUB would end at its prompt. */
export interface GrubRefusal {
  /** undefined: every UEFI machine that has no entry of its own */
  readonly machineName?: string;
  readonly detail: string;
}

/** What the configuration promises and the plan refuses: told before a machine stands there without an answer. */
export function grubRefusals(context: BootContext): readonly GrubRefusal[] {
  const { machines, loaders } = context.config;
  const own = machines.filter((machine) => machine.secureBoot || machine.loaders.uefi !== loaders.uefi);
  const asked = [undefined, ...own];
  return asked.flatMap((machine): GrubRefusal[] => {
    const facts = sampleFacts('uefi-x64', machine?.mac);
    const withUuid = machine?.uuid === undefined ? facts : { ...facts, uuid: machine.uuid };
    const plan = planBoot(context, withUuid);
    if (plan.action !== 'ignore' || plan.reason !== 'grub-needs-lease') return [];
    return [{ ...(machine === undefined ? {} : { machineName: machine.name }), detail: plan.detail }];
  });
}

/** In one sentence. */
export function grubRefusalText({ machineName, detail }: GrubRefusal): string {
  return `${machineName ?? 'UEFI machines'} will get no answer: ${detail}`;
}
