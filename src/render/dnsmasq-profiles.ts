import type { BootContext } from '../model/boot-context.ts';
import type { IgnoreReason } from '../model/boot-plan.ts';
import type { ClientFacts } from '../model/client-facts.ts';
import type { Machine } from '../model/config.ts';
import { planBoot } from '../plan/plan-boot.ts';
import { type MacAddress, UNSPECIFIED_IPV4 } from '../protocol/addresses.ts';

/** One kind of client that dnsmasq must tell from the others. */
export interface ClientKind {
  readonly name: string;
  /** number in option 93 */
  readonly architecture: number;
  readonly isIpxe: boolean;
  readonly isHttp: boolean;
  /** tags that such a client has; `!tag` for one that it has not. No two kinds share a client. */
  readonly tags: readonly string[];
  /** the word of pxe-service for it, where dnsmasq answers through port 4011 in proxy mode */
  readonly service?: string;
}

const uefi = (name: string, architecture: number, service: string): ClientKind => ({
  name,
  architecture,
  isIpxe: false,
  isHttp: false,
  tags: [`arch-${architecture}`, '!ipxe', '!http'],
  service,
});

const uefiHttp = (name: string, architecture: number, tag: string): ClientKind => ({
  name,
  architecture,
  isIpxe: false,
  isHttp: true,
  tags: [tag],
});

/** Every kind that planBoot can give an answer to. Exactly one pxe-service per UEFI architecture: two make a menu. */
export const CLIENT_KINDS: readonly ClientKind[] = [
  { name: 'ipxe', architecture: 7, isIpxe: true, isHttp: false, tags: ['ipxe', '!arch-0'] },
  { name: 'ipxe in a BIOS', architecture: 0, isIpxe: true, isHttp: false, tags: ['ipxe', 'arch-0'] },
  { name: 'bios', architecture: 0, isIpxe: false, isHttp: false, tags: ['arch-0', '!ipxe'] },
  uefi('uefi-ia32', 6, 'IA32_EFI'),
  uefi('uefi-x64', 7, 'x86-64_EFI'),
  uefi('uefi-x64 as 9', 9, 'BC_EFI'),
  uefi('uefi-arm64', 11, 'ARM64_EFI'),
  uefiHttp('uefi-http-x64', 16, 'http-x64'),
  uefiHttp('uefi-http-arm64', 19, 'http-arm64'),
];

export type ProfileAnswer =
  | { readonly action: 'boot'; readonly bootFile: string }
  | { readonly action: 'ignore'; readonly reason: IgnoreReason };

/** Machines that get the same answers, and what these are for each kind of client. */
export interface BootProfile {
  /** tag of its machines; empty for the default, which everyone else has */
  readonly tag: string;
  readonly machines: readonly Machine[];
  readonly answers: ReadonlyMap<string, ProfileAnswer>;
}

/** no machine of the configuration has it: the first byte marks a locally administered address */
const NOBODY = '02:00:00:00:00:00' as MacAddress;

/** The facts that a client of this kind sends; what planBoot is asked with. */
export function factsOfKind(kind: ClientKind, machine?: Machine): ClientFacts {
  const number = String(kind.architecture).padStart(5, '0');
  const uuid = machine?.uuid;
  return {
    mac: machine?.mac ?? NOBODY,
    ...(uuid === undefined ? {} : { uuid }),
    architectures: [kind.architecture],
    vendorClass: `${kind.isHttp ? 'HTTPClient' : 'PXEClient'}:Arch:${number}:UNDI:003016`,
    ...(kind.isIpxe ? { userClass: 'iPXE' } : {}),
    isIpxe: kind.isIpxe,
    relayAddress: UNSPECIFIED_IPV4,
    clientAddress: UNSPECIFIED_IPV4,
  };
}

/** The default profile first, then one for each set of answers that differs from it. */
export function bootProfiles(context: BootContext): readonly BootProfile[] {
  const defaults = answersOf(context, undefined);
  const others = new Map<string, { machines: Machine[]; answers: BootProfile['answers'] }>();
  for (const machine of context.config.machines) {
    const answers = answersOf(context, machine);
    if (keyOf(answers) === keyOf(defaults)) continue;
    const group = others.get(keyOf(answers)) ?? { machines: [], answers };
    group.machines.push(machine);
    others.set(keyOf(answers), group);
  }
  return [
    { tag: '', machines: [], answers: defaults },
    ...[...others.values()].map((group, index) => ({ tag: `profile-${index + 1}`, ...group })),
  ];
}

function answersOf(context: BootContext, machine: Machine | undefined): BootProfile['answers'] {
  return new Map(
    CLIENT_KINDS.map((kind): [string, ProfileAnswer] => {
      const plan = planBoot(context, factsOfKind(kind, machine));
      return [
        kind.name,
        plan.action === 'boot'
          ? { action: 'boot', bootFile: plan.offer.bootFile }
          : { action: 'ignore', reason: plan.reason },
      ];
    }),
  );
}

function keyOf(answers: BootProfile['answers']): string {
  return JSON.stringify([...answers]);
}
