import type { ClientFacts } from '../model/client-facts.ts';
import type { Config, Profile, ProfileMatch } from '../model/config.ts';
import { servedNetworks } from '../model/served-networks.ts';
import { isSameNetwork, networkContains, type Ipv4Address, type Ipv4Network } from '../protocol/addresses.ts';
import { platformOfArchitecture } from './firmware-of.ts';

/** The profile that takes a client which is no machine, and why. */
export interface MatchedProfile {
  readonly profile: Profile;
  readonly because: readonly string[];
}

export type MatchingProfile = Profile & { readonly match: ProfileMatch };

/** Profiles that take clients, in the order in which they are asked: that of the file. */
export function matchingProfiles({ profiles }: Pick<Config, 'profiles'>): readonly MatchingProfile[] {
  return profiles.filter((profile): profile is MatchingProfile => profile.match !== undefined);
}

/**
 * Where the files of a profile lie, below the TFTP root and below the HTTP one. Loaders look for what follows beside
 * themselves: by what firmware was given it goes on with its profile, though no loader sees all that the packet told.
 */
export const profileFolder = ({ name }: Pick<Profile, 'name'>): string => `profiles/${name}`;

/** Of the profiles that take this client the first in the file; undefined when none does. */
export function matchProfile(
  config: Pick<Config, 'profiles' | 'network'>,
  facts: ClientFacts,
): MatchedProfile | undefined {
  const taking = matchingProfiles(config).flatMap((profile) => {
    const reasons = reasonsOf(profile.match, config, facts);
    return reasons === undefined ? [] : [{ profile, reasons }];
  });
  const [first, ...others] = taking;
  if (first === undefined) return undefined;
  const { profile, reasons } = first;
  const later = others.map(({ profile: { name } }) => name).join(', ');
  return {
    profile,
    because: [
      `no entry of machines matches; the profile ${profile.name} takes it: ${reasons.join(', ')}`,
      ...(later === '' ? [] : [`${later} would take it too, and stands later in the file`]),
      ...(profile.install === undefined
        ? []
        : [
            `the install of ${profile.name} is for machines: who is none is never armed; pxectl machines add makes it one`,
          ]),
    ],
  };
}

/** Why all that is asked holds; undefined when something does not. */
function reasonsOf(
  { macPrefixes, vendorClasses, architectures, subnets }: ProfileMatch,
  config: Pick<Config, 'network'>,
  facts: ClientFacts,
): readonly string[] | undefined {
  const reasons: (string | undefined)[] = [];
  const ask = <T>(list: readonly T[], holds: (one: T) => boolean, say: (one: T) => string): void => {
    if (list.length === 0) return;
    const found = list.find(holds);
    reasons.push(found === undefined ? undefined : say(found));
  };
  ask(
    macPrefixes,
    (prefix) => `${facts.mac}:`.startsWith(`${prefix}:`),
    (prefix) => `its MAC begins with ${prefix}`,
  );
  ask(
    vendorClasses,
    (part) => facts.vendorClass?.includes(part) === true,
    (part) => `its vendor class has ${part}`,
  );
  const platform = facts.architectures.map(platformOfArchitecture).find((one) => one !== undefined);
  ask(
    architectures,
    (one) => one === platform,
    (one) => `its architecture is ${one}`,
  );
  const network = networkOfClient(config, facts);
  ask(
    subnets,
    (one) => network !== undefined && isSameNetwork(one, network),
    (one) => `it is in ${one.network}/${one.prefix}`,
  );
  return reasons.every((reason) => reason !== undefined) ? reasons : undefined;
}

/** The network that a relay asks for; of a client that has an address already that one's; else our own. */
function networkOfClient(
  config: Pick<Config, 'network'>,
  { linkAddress, clientAddress }: ClientFacts,
): Ipv4Network | undefined {
  const served = servedNetworks(config.network);
  const find = (address: Ipv4Address): Ipv4Network | undefined =>
    served.find((net) => networkContains(net, address));
  return linkAddress === undefined ? (find(clientAddress) ?? served[0]) : find(linkAddress);
}
