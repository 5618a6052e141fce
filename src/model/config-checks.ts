import {
  type Ipv4Address,
  type Ipv4Network,
  ipv4ToNumber,
  networkContains,
  networkOf,
  parseIpv4,
} from '../protocol/addresses.ts';
import type { AddressRange, Config, NetworkMode } from './config.ts';
import { ConfigChecker } from './config-checker.ts';
import { checkMachines } from './config-machines.ts';
import type { ConfigPath, ConfigProblem } from './config-problems.ts';
import { checkProfiles } from './config-profiles.ts';
import type { ConfigFile } from './config-schema.ts';
import { checkReporting } from './config-reporting.ts';
import { besideConfig, checkVars, type ConfigPlace } from './config-settings.ts';
import { nearestWord } from './nearest-word.ts';
import { askedOfComputer, UNRESOLVED_ADDRESS, type OwnNetwork } from './own-network.ts';
import { proposeRange } from './propose-range.ts';
import { IMAGE_ID, INTERFACE_NAME, KERNEL_ARGUMENT, URL_TEXT } from './safe-text.ts';

type Outcome = { readonly config: Config } | { readonly problems: readonly ConfigProblem[] };

const STORE_WORDS: readonly string[] = ['shared', 'off'];
const DEFAULT_PREFIX = 24;
const DEFAULT_HTTP_PORT = 8080;
const DEFAULT_TIMEOUT_SECONDS = 10;

/** Checks what a schema cannot say and fills in the defaults. */
export function checkConfig(file: ConfigFile, options: ConfigPlace): Outcome {
  const checker = new ConfigChecker();
  const network = checkNetwork(file, checker, options.own);
  const images = file.images ?? [];
  images.forEach((id, index) => {
    checker.safe(['images', index], id, IMAGE_ID);
    if (id === 'local') checker.wrong(['images', index], id, 'local is the own disk and not an image');
    if (images.indexOf(id) < index) checker.wrong(['images', index], id, 'the image is listed twice');
  });
  const isImage = (path: ConfigPath, value: string): void => {
    if (value === 'local' || images.includes(value)) return;
    const listed = images.length === 0 ? 'images is empty' : `images holds ${images.join(', ')}`;
    checker.wrong(
      path,
      value,
      `it must be local or one of images; ${listed}`,
      nearestWord(value, [...images, 'local']),
    );
  };
  const bootDefault = file.boot?.default ?? images[0] ?? 'local';
  if (file.boot?.default !== undefined) isImage(['boot', 'default'], bootDefault);
  (file.boot?.arguments ?? []).forEach((argument, index) =>
    checker.safe(['boot', 'arguments', index], argument, KERNEL_ARGUMENT),
  );
  checkVars(file.vars, [], checker);
  const checks = { checker, place: options, isImage, defaultImage: bootDefault };
  // without an address there is no network of our own that a match could name
  const known = network?.address === UNRESOLVED_ADDRESS ? undefined : network;
  const profiles = checkProfiles(file, checks, known);
  const machines = checkMachines(file, checks);
  for (const [from, to] of Object.entries(file.mirrors ?? {})) {
    checker.safe(['mirrors', from], from, URL_TEXT);
    checker.safe(['mirrors', from], to, URL_TEXT);
  }
  const store = checkStore(file.store, options, checker);
  const docker = file.engineOptions?.docker;
  if (docker?.image !== undefined) checker.safe(['engineOptions', 'docker', 'image'], docker.image, URL_TEXT);

  const httpPort = file.http?.port ?? DEFAULT_HTTP_PORT;
  const reporting = checkReporting(file, httpPort, checker);

  if (checker.problems.length > 0 || network === undefined) return { problems: checker.problems };
  return {
    config: {
      version: 1,
      network,
      http: { port: httpPort },
      engine: file.engine ?? 'auto',
      images,
      boot: {
        default: bootDefault,
        menu: file.boot?.menu ?? true,
        timeoutSeconds: file.boot?.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
        unknown: file.boot?.unknown ?? 'menu',
        arguments: file.boot?.arguments ?? [],
        ...(file.boot?.serialBaud === undefined ? {} : { serialBaud: file.boot.serialBaud }),
      },
      loaders: { bios: file.loaders?.bios ?? 'auto', uefi: file.loaders?.uefi ?? 'auto' },
      vars: file.vars ?? {},
      profiles,
      machines,
      mirrors: file.mirrors ?? {},
      ...(store === undefined ? {} : { store }),
      reporting,
      engineOptions: {
        docker: {
          buildFromHost: docker?.buildFromHost ?? false,
          ...(docker?.image === undefined ? {} : { image: docker.image }),
        },
      },
    },
  };
}

/** `shared` and `off` as they are, a folder absolute. */
function checkStore(
  store: string | undefined,
  place: ConfigPlace,
  checker: ConfigChecker,
): string | undefined {
  if (store === undefined || STORE_WORDS.includes(store)) return store;
  // a word that is mistyped is no folder
  if (store.includes('/')) return besideConfig(store, place);
  const why = `it must be ${STORE_WORDS.join(', ')} or a folder with a slash: /srv/pxectl or ./store`;
  checker.wrong(['store'], store, why, nearestWord(store, STORE_WORDS));
  return undefined;
}

function checkNetwork(
  file: ConfigFile,
  checker: ConfigChecker,
  own: OwnNetwork | undefined,
): Config['network'] | undefined {
  const { network } = file;
  checker.safe(['network', 'interface'], network.interface, INTERFACE_NAME);
  const mode = network.mode ?? 'proxy';
  if (askedOfComputer(file) !== undefined) {
    if (own !== undefined)
      return checkNetwork({ ...file, network: resolved(network, own) }, checker, undefined);
    const relayed = checkRelayed(network.relayed, { address: UNRESOLVED_ADDRESS, prefix: 24, mode }, checker);
    return {
      interface: network.interface,
      address: UNRESOLVED_ADDRESS,
      prefix: DEFAULT_PREFIX,
      mode,
      relayed,
    };
  }
  const [addressText = '', prefixText, ...rest] = network.address.split('/');
  const address = parseIpv4(addressText);
  const path = ['network', 'address'];
  if (
    address === undefined ||
    rest.length > 0 ||
    (prefixText !== undefined && !/^\d{1,2}$/.test(prefixText))
  ) {
    checker.wrong(
      path,
      network.address,
      'it must be an IPv4 address such as 192.168.1.50 or 192.168.1.50/24',
    );
    return undefined;
  }
  const prefix = prefixText === undefined ? (network.prefix ?? DEFAULT_PREFIX) : Number(prefixText);
  if (prefix < 8 || prefix > 30) {
    checker.wrong(path, network.address, 'the prefix length must be 8 to 30', `${address}/24`);
    return undefined;
  }
  if (network.prefix !== undefined && network.prefix !== prefix) {
    checker.wrong(['network', 'prefix'], network.prefix, `network.address says /${prefix}`, String(prefix));
  }
  if (!isHost(address, address, prefix) || /^(0|127|22[4-9]|2[3-5]\d)\./.test(address)) {
    checker.wrong(path, network.address, 'it is no address that a machine on a LAN can have');
    return undefined;
  }
  const range = checkRange(network.range, { address, prefix }, checker);
  if (mode !== 'proxy' && network.range === undefined) {
    checker.problems.push({
      code: 'E_CONFIG_VALUE',
      path: ['network', 'range'],
      what: `network.range is missing`,
      why: `mode ${mode} leases addresses: say which ones are free, FIRST-LAST`,
      suggestion: `range: ${proposeRange(address, prefix)}`,
    });
  }
  const router = parseIpv4(network.router ?? '');
  if (network.router !== undefined && (router === undefined || !isHost(router, address, prefix))) {
    const why = `the router must be a host of the network of ${address}/${prefix}`;
    checker.wrong(['network', 'router'], network.router, why);
  }
  const nameServers = (network.nameServers ?? []).flatMap((server, index) => {
    const parsed = parseIpv4(server);
    if (parsed !== undefined) return [parsed];
    checker.wrong(['network', 'nameServers', index], server, 'it must be an IPv4 address');
    return [];
  });
  const relayed = checkRelayed(network.relayed, { address, prefix, mode }, checker);
  return {
    interface: network.interface,
    address,
    prefix,
    mode,
    ...(range === undefined ? {} : { range }),
    ...(router === undefined ? {} : { router }),
    ...(nameServers.length === 0 ? {} : { nameServers }),
    ...(relayed.length === 0 ? {} : { relayed }),
  };
}

const resolved = (network: ConfigFile['network'], own: OwnNetwork): ConfigFile['network'] => ({
  ...network,
  interface: own.interfaceName,
  address: `${own.address}/${own.prefix}`,
});

/** Networks behind relays; their own DHCP server leases there, so boot information is all they can be given. */
function checkRelayed(
  texts: readonly string[] = [],
  own: { readonly address: Ipv4Address; readonly prefix: number; readonly mode: NetworkMode },
  checker: ConfigChecker,
): Ipv4Network[] {
  const found: Ipv4Network[] = [];
  for (const [index, text] of texts.entries()) {
    const path = ['network', 'relayed', index];
    const [addressText = '', prefixText = ''] = text.split('/');
    const address = parseIpv4(addressText);
    const prefix = /^\d{1,2}$/.test(prefixText) ? Number(prefixText) : 0;
    if (address === undefined || text.split('/').length !== 2 || prefix < 8 || prefix > 30) {
      checker.wrong(path, text, 'it must be a network with a prefix length of 8 to 30, such as 10.2.0.0/24');
      continue;
    }
    const net = networkOf(address, prefix);
    const clash = [networkOf(own.address, own.prefix), ...found].find(
      (other) => networkContains(other, net.network) || networkContains(net, other.network),
    );
    if (own.mode !== 'proxy') {
      const why = `mode ${own.mode} leases addresses of its own network alone: relayed clients need mode proxy`;
      checker.wrong(path, text, why);
    } else if (net.network !== address) {
      checker.wrong(path, text, 'this is an address inside the network', `${net.network}/${prefix}`);
    } else if (clash !== undefined) {
      checker.wrong(path, text, `it overlaps with ${clash.network}/${clash.prefix}`);
    } else {
      found.push(net);
    }
  }
  return found;
}

/** Whether the address can be a host of the network: in it, and neither its lowest nor its highest address. */
function isHost(address: Ipv4Address, inside: Ipv4Address, prefix: number): boolean {
  const net = networkOf(inside, prefix);
  const offset = ipv4ToNumber(address) - ipv4ToNumber(net.network);
  return networkContains(net, address) && offset > 0 && offset < 2 ** (32 - prefix) - 1;
}

function checkRange(
  text: string | undefined,
  own: { readonly address: Ipv4Address; readonly prefix: number },
  checker: ConfigChecker,
): AddressRange | undefined {
  if (text === undefined) return undefined;
  const path = ['network', 'range'];
  const [first, last, ...rest] = text.split('-').map((part) => parseIpv4(part.trim()));
  if (first === undefined || last === undefined || rest.length > 0) {
    checker.wrong(
      path,
      text,
      'it must be FIRST-LAST, two IPv4 addresses',
      `range: ${proposeRange(own.address, own.prefix)}`,
    );
    return undefined;
  }
  const net = networkOf(own.address, own.prefix);
  for (const end of [first, last]) {
    if (isHost(end, own.address, own.prefix)) continue;
    const why = `${end} is no host of the network ${net.network}/${net.prefix}`;
    checker.wrong(path, text, why, `range: ${proposeRange(own.address, own.prefix)}`);
    return undefined;
  }
  if (ipv4ToNumber(first) > ipv4ToNumber(last)) {
    checker.wrong(path, text, 'the first address is higher than the last', `${last}-${first}`);
    return undefined;
  }
  const self = ipv4ToNumber(own.address);
  if (self >= ipv4ToNumber(first) && self <= ipv4ToNumber(last)) {
    checker.wrong(path, text, `it overlaps with this server's own address ${own.address}`);
  }
  return { first, last };
}
