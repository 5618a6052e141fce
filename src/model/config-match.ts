import { type Ipv4Network, networkOf, parseIpv4, parseMacPrefix } from '../protocol/addresses.ts';
import type { Config, ProfileMatch } from './config.ts';
import type { ConfigChecker } from './config-checker.ts';
import type { ConfigPath } from './config-problems.ts';
import type { MatchFile } from './config-schema.ts';
import { LOADER_PLATFORMS, platformNamed } from './firmware.ts';
import { nearestWord } from './nearest-word.ts';
import { VENDOR_CLASS } from './safe-text.ts';
import { servedNetworks } from './served-networks.ts';

type Network = Pick<Config['network'], 'address' | 'prefix' | 'relayed'>;

/** Reads `match` of a profile. */
export function checkMatch(
  match: MatchFile,
  path: ConfigPath,
  checker: ConfigChecker,
  network: Network | undefined,
): ProfileMatch {
  if (Object.values(match).every((value) => value === undefined || value.length === 0)) {
    const why =
      'it would take every client, for which there is boot: say mac, vendorClass, architecture or subnet';
    checker.wrong(path, match, why);
  }
  /** each word of a key with its place, and what it stands for; what is wrong is told and left out */
  const read = <T>(key: keyof MatchFile, one: (word: string, at: ConfigPath) => T | undefined): T[] => {
    const value = match[key] ?? [];
    const words = typeof value === 'string' ? [value] : value;
    return words.flatMap((word, index) => {
      const at = [...path, key, ...(typeof value === 'string' ? [] : [index])];
      const found = one(word, at);
      return found === undefined ? [] : [found];
    });
  };
  return {
    macPrefixes: read('mac', (word, at) => {
      const prefix = parseMacPrefix(word);
      if (prefix === undefined)
        checker.wrong(at, word, 'it must be the first bytes of MAC addresses, such as f4:4d:30');
      return prefix;
    }),
    vendorClasses: read('vendorClass', (word, at) => {
      checker.safe(at, word, VENDOR_CLASS);
      return word;
    }),
    architectures: read('architecture', (word, at) => {
      const platform = platformNamed(word);
      if (platform !== undefined) return platform;
      const why = `it must be one of ${LOADER_PLATFORMS.join(', ')}`;
      checker.wrong(at, word, why, nearestWord(word, LOADER_PLATFORMS));
      return undefined;
    }),
    subnets:
      network === undefined ? [] : read('subnet', (word, at) => readSubnet(word, at, checker, network)),
  };
}

/** A client's packet tells the network that it came through, and no part of it. */
function readSubnet(
  word: string,
  at: ConfigPath,
  checker: ConfigChecker,
  network: Network,
): Ipv4Network | undefined {
  const served = servedNetworks(network);
  const texts = served.map((net) => `${net.network}/${net.prefix}`);
  const [base = '', length = ''] = word.split('/');
  const parsed = parseIpv4(base);
  const found =
    parsed === undefined
      ? undefined
      : served.find(
          (net) => String(net.prefix) === length && networkOf(parsed, net.prefix).network === net.network,
        );
  if (found !== undefined) return found;
  const why = `clients are told apart by the networks that are served: ${texts.join(', ')} (network.relayed adds one)`;
  checker.wrong(at, word, why, nearestWord(word, texts));
  return undefined;
}
