import type { BootPlan, BootTarget } from '../../model/boot-plan.ts';
import type { LocatedSource } from '../../model/explain-settings.ts';
import type { PlanFor } from '../../plan/plan-for.ts';
import { hexFromBytes } from '../../protocol/addresses.ts';
import type { PlanReply } from '../schemas/plan.ts';

export function planView(wanted: string, { plans, outcomes, machine, mac }: PlanFor): PlanReply {
  return {
    for: wanted,
    machine: machine?.name ?? null,
    mac: mac ?? null,
    plans: plans.map(({ firmware, plan }) => ({
      firmware,
      profile: plan.profile ?? null,
      answer: answerView(plan),
    })),
    outcomes: outcomes.map(({ profile, target, settings }) => ({
      profile: profile ?? null,
      target: target === undefined ? null : targetView(target),
      settings: settings.map(({ key, value, because, from, over }) => ({
        ...{ key, value },
        because: because ?? null,
        from: from === undefined ? null : sourceView(from),
        over: over.map(sourceView),
      })),
    })),
  };
}

function answerView(plan: BootPlan): PlanReply['plans'][number]['answer'] {
  if (plan.action === 'ignore') return { action: 'ignore', reason: plan.reason, detail: plan.detail };
  const { bootFile, nextServer, vendorClass, option43 } = plan.offer;
  return {
    action: 'boot',
    ...{ loader: plan.loader, bootFile, nextServer, vendorClass },
    option43: option43 === undefined ? null : hexFromBytes(option43),
    because: [...plan.because],
  };
}

const targetView = ({ image, kernel, initrd, arguments: words, isUnattended, ramMiB }: BootTarget) => ({
  ...{ image, kernel, initrd, isUnattended, ramMiB },
  arguments: [...words],
});

const sourceView = ({ title, value, line }: LocatedSource) => ({ title, value, line });
