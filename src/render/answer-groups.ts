import type { BootContext } from '../model/boot-context.ts';
import type { IgnoreReason } from '../model/boot-plan.ts';
import type { ClientFacts } from '../model/client-facts.ts';
import type { Machine } from '../model/config.ts';
import { matchingProfiles, type MatchingProfile } from '../plan/match-profile.ts';
import { planFor, type ClientIdentity } from '../plan/plan-boot.ts';
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

/** Every kind that the plan can give an answer to. Exactly one pxe-service per UEFI architecture: two make a menu. */
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

/** Architectures that some loader of ours runs on. */
export const KNOWN_ARCHITECTURES: readonly number[] = [
  ...new Set(CLIENT_KINDS.map((kind) => kind.architecture)),
];

export type GroupAnswer =
  | { readonly action: 'boot'; readonly bootFile: string }
  | { readonly action: 'ignore'; readonly reason: IgnoreReason };

/** Clients that get the same answers, and what these are for each kind of client. */
export interface AnswerGroup {
  /** tag of its clients; empty for the default, which everyone else has */
  readonly tag: string;
  readonly machines: readonly Machine[];
  readonly profiles: readonly MatchingProfile[];
  readonly answers: ReadonlyMap<string, GroupAnswer>;
}

/** no machine of the configuration has it: the first byte marks a locally administered address */
const NOBODY = '02:00:00:00:00:00' as MacAddress;

/** The facts that a client of this kind sends; what the plan is asked with. */
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

/** The default group first, then one for each other set of answers. Firmware that tells neither MAC nor UUID of a machine is none. */
export function answerGroups(context: BootContext): readonly AnswerGroup[] {
  interface Group {
    readonly machines: Machine[];
    readonly profiles: MatchingProfile[];
    readonly answers: AnswerGroup['answers'];
  }
  const groups = new Map<string, Group>();
  const groupOf = (identity: ClientIdentity): Group => {
    const answers = answersOf(context, identity);
    const key = JSON.stringify([...answers]);
    const group = groups.get(key) ?? { machines: [], profiles: [], answers };
    groups.set(key, group);
    return group;
  };
  groupOf({});
  for (const machine of context.config.machines) {
    if (machine.mac !== undefined || machine.uuid !== undefined) groupOf({ machine }).machines.push(machine);
  }
  for (const profile of matchingProfiles(context.config)) {
    groupOf({ taken: { profile, because: [] } }).profiles.push(profile);
  }
  return [...groups.values()].map((group, index) => ({
    tag: index === 0 ? '' : `answers-${index}`,
    ...group,
  }));
}

function answersOf(context: BootContext, identity: ClientIdentity): AnswerGroup['answers'] {
  return new Map(
    CLIENT_KINDS.map((kind): [string, GroupAnswer] => {
      const plan = planFor(context, factsOfKind(kind, identity.machine), identity);
      return [
        kind.name,
        plan.action === 'boot'
          ? { action: 'boot', bootFile: plan.offer.bootFile }
          : { action: 'ignore', reason: plan.reason },
      ];
    }),
  );
}
