import type { MacAddress } from '../../../src/protocol/addresses.ts';
import { parseIpv4 } from '../../../src/protocol/addresses.ts';
import { encodeDhcp } from '../../../src/protocol/dhcp/encode-dhcp.ts';
import {
  macOf,
  MESSAGE_TYPE,
  type DhcpOption,
  type DhcpPacket,
} from '../../../src/protocol/dhcp/dhcp-packet.ts';
import { decodeDhcp } from '../../../src/protocol/dhcp/decode-dhcp.ts';
import { optionName } from '../../../src/protocol/dhcp/option-codes.ts';
import { addressOption } from '../../../src/protocol/dhcp/options/address-options.ts';
import { clientPacket, type PxeClient } from '../../../src/protocol/pxe/client-packet.ts';
import type { Answer, Exchange } from './packet-client.ts';

export const SERVER = parseIpv4('192.168.1.50')!;
export const CLIENT = parseIpv4('192.168.1.60')!;

/** A network behind a relay: the client's namespace has the relay's address and that of a client there. */
export const RELAYED = {
  network: '10.2.0.0/24',
  relay: parseIpv4('10.2.0.1')!,
  client: parseIpv4('10.2.0.60')!,
  /** of a network that the configuration does not name */
  stranger: parseIpv4('10.9.0.1')!,
} as const;

/** Machines that the contract's configuration knows, and one that it does not. */
export const MACHINES = {
  unknown: 'f4:4d:30:00:00:99',
  local: 'f4:4d:30:00:00:01',
  secure: 'f4:4d:30:00:00:02',
  pi: 'b8:27:eb:00:00:01',
  /** no machine: its address begins as a profile asks */
  'of a profile': '52:54:aa:00:00:01',
  /** a card that the configuration does not know, of a machine whose UUID it does */
  'by its UUID': '52:54:00:00:00:77',
} as const;

const UUID = '00112233-4455-6677-8899-aabbccddeeff';
const KNOWN_UUID = '4c4c4544-0044-4a10-8056-b4c04f4c3332';

/** Profiles whose answers differ from the default: another folder, or (Secure Boot in mode proxy, or over HTTP) none. */
export const contractYaml = (mode: 'proxy' | 'pxe-only'): string =>
  [
    'profiles:',
    '  locked-pc: { secureBoot: true, match: { mac: "52:54:aa", architecture: x64 } }',
    '  pc: { match: { mac: ["52:54:aa", "52:54:ab:01"] } }',
    ...(mode === 'proxy'
      ? [
          '  locked-room: { secureBoot: true, match: { subnet: 10.2.0.0/24, vendorClass: HTTPClient } }',
          '  room: { match: { subnet: 10.2.0.0/24 }, loaders: { bios: ipxe } }',
        ]
      : []),
    '  http: { match: { vendorClass: HTTPClient, subnet: 192.168.1.0/24 } }',
    'machines:',
    `  - { mac: "f4:4d:30:00:00:05", uuid: ${KNOWN_UUID}, name: two-cards, loaders: { bios: ipxe }, secureBoot: true }`,
    `  - { mac: "${MACHINES.local}", name: resting, image: local }`,
    `  - { mac: "${MACHINES.secure}", name: locked, image: debian-12, secureBoot: true }`,
  ].join('\n');

type Firmware = Omit<PxeClient, 'mac' | 'uuid'>;

/** Every kind of firmware, as its packets tell it. */
export const FIRMWARES: Readonly<Record<string, Firmware>> = {
  bios: { architectures: [0] },
  'uefi-ia32': { architectures: [6] },
  'uefi-x64': { architectures: [7] },
  'uefi-x64 as 9': { architectures: [9] },
  'uefi-arm64': { architectures: [11] },
  'uefi-http-x64': { architectures: [16], isHttp: true },
  'uefi-http-x64 as 7': { architectures: [7], isHttp: true },
  'uefi-http-arm64': { architectures: [19], isHttp: true },
  'ipxe on UEFI': { architectures: [7], isIpxe: true },
  'ipxe on BIOS': { architectures: [0], isIpxe: true },
  'riscv64 (unknown)': { architectures: [27] },
};

export interface ContractCase {
  readonly name: string;
  readonly exchange: Exchange;
}

/** Each firmware as each machine, through each port. Silence is an answer too: it must be the same everywhere. */
export function contractCases(mode: 'proxy' | 'pxe-only'): ContractCase[] {
  const cases: ContractCase[] = [];
  let xid = 0x10_00_00_00;
  const add = (name: string, packet: DhcpPacket, port: 67 | 4011): void => {
    cases.push({ name, exchange: exchangeOf(packet, { mode, port, localAddress: CLIENT }) });
  };
  for (const [machine, mac] of Object.entries(MACHINES)) {
    for (const [firmware, kind] of Object.entries(FIRMWARES)) {
      if (machine === 'pi' && firmware !== 'bios') continue;
      // leases are slow to get: the machines differ in their files, which the proxy cases compare
      const isSecureUefi =
        ['secure', 'of a profile', 'by its UUID'].includes(machine) &&
        /^(?:uefi-x64|uefi-http-x64|ipxe on UEFI)$/.test(firmware);
      if (mode === 'pxe-only' && machine !== 'unknown' && !isSecureUefi) continue;
      const client: PxeClient = {
        ...kind,
        mac: mac as MacAddress,
        uuid: machine === 'by its UUID' ? KNOWN_UUID : UUID,
      };
      const name = `${firmware}, machine ${machine}`;
      xid += 0x100;
      add(`${name}: DISCOVER`, clientPacket(client, { messageType: MESSAGE_TYPE.discover, xid }), 67);
      if (mode === 'pxe-only') continue;
      add(
        `${name}: REQUEST of the router's offer`,
        clientPacket(client, {
          messageType: MESSAGE_TYPE.request,
          xid,
          extraOptions: [addressOption(50, CLIENT), addressOption(54, parseIpv4('192.168.1.1')!)],
        }),
        67,
      );
      if (kind.isHttp === true) continue;
      add(
        `${name}: REQUEST to port 4011`,
        clientPacket(client, { messageType: MESSAGE_TYPE.request, xid: xid + 1, clientAddress: CLIENT }),
        4011,
      );
    }
  }
  xid += 0x100;
  const stranger = clientPacket(
    { mac: MACHINES.unknown as MacAddress, architectures: [0] },
    { messageType: MESSAGE_TYPE.discover, xid },
  );
  const plain = {
    ...stranger,
    options: stranger.options.filter(({ code }) => ![60, 93, 94, 97].includes(code)),
  };
  add('a client that does not boot from the network: DISCOVER', plain, 67);
  return [...cases, ...relayedCases(mode, 0x20_00_00_00)];
}

/** What is always answered: in proxy mode alike for every machine, else with the lease of the client that asks. */
function fenceOf(asks: DhcpPacket, mode: 'proxy' | 'pxe-only', port: 67 | 4011): DhcpPacket {
  const mac = mode === 'proxy' ? (MACHINES.local as MacAddress) : macOf(asks)!;
  const client: PxeClient = { mac, architectures: [7] };
  return port === 67
    ? clientPacket(client, { messageType: MESSAGE_TYPE.discover, xid: 0 })
    : clientPacket(client, { messageType: MESSAGE_TYPE.request, xid: 0, clientAddress: CLIENT });
}

/** How such a packet is sent and its answer waited for. */
export function exchangeOf(
  packet: DhcpPacket,
  {
    mode,
    ...sending
  }: Pick<Exchange, 'port' | 'localAddress' | 'localPort'> & { readonly mode: 'proxy' | 'pxe-only' },
): Exchange {
  const hexOf = (some: DhcpPacket): string => Buffer.from(encodeDhcp(some)).toString('hex');
  return {
    ...sending,
    packetHex: hexOf(packet),
    fenceHex: hexOf(fenceOf(packet, mode, sending.port)),
    server: SERVER,
    fenceAddress: CLIENT,
  };
}

/** What relays add (RFC 3046): circuit id and remote id; with `link` the network of the client too (RFC 3527). */
function agentInformation(link?: readonly number[]): DhcpOption {
  const selection = link === undefined ? [] : [5, 4, ...link];
  return { code: 82, data: Uint8Array.of(1, 4, 0, 1, 2, 3, 2, 2, 0xaa, 0xbb, ...selection) };
}

/** Clients behind a relay: through relays that the configuration names and others, and port 4011 without the relay. */
function relayedCases(mode: 'proxy' | 'pxe-only', firstXid: number): ContractCase[] {
  const cases: ContractCase[] = [];
  let xid = firstXid;
  const relays = [
    { name: 'a named relay', giaddr: RELAYED.relay, extraOptions: [] },
    { name: 'a named relay with option 82', giaddr: RELAYED.relay, extraOptions: [agentInformation()] },
    {
      name: 'a named relay for an unknown network',
      giaddr: RELAYED.relay,
      extraOptions: [agentInformation([10, 9, 0, 0])],
    },
    {
      name: 'an unknown relay for a named network',
      giaddr: RELAYED.stranger,
      extraOptions: [agentInformation([10, 2, 0, 0])],
    },
    { name: 'an unknown relay', giaddr: RELAYED.stranger, extraOptions: [] },
  ];
  for (const [firmware, kind] of Object.entries(FIRMWARES)) {
    const client: PxeClient = {
      ...kind,
      mac: MACHINES.unknown as MacAddress,
      uuid: UUID,
    };
    for (const { name, giaddr, extraOptions } of relays) {
      // one firmware that boots tells enough of the relays that are not served
      if (giaddr === RELAYED.stranger && firmware !== 'uefi-x64') continue;
      xid += 0x100;
      const packet = clientPacket(client, { messageType: MESSAGE_TYPE.discover, xid, extraOptions });
      cases.push({
        name: `${firmware}, ${name}: DISCOVER`,
        exchange: exchangeOf(
          { ...packet, giaddr, hops: 1 },
          { mode, port: 67, localAddress: giaddr, localPort: 67 },
        ),
      });
    }
    if (kind.isHttp === true || mode !== 'proxy') continue;
    const asked = clientPacket(client, {
      messageType: MESSAGE_TYPE.request,
      xid: xid + 1,
      clientAddress: RELAYED.client,
    });
    cases.push({
      name: `${firmware}, behind the relay: REQUEST to port 4011`,
      exchange: exchangeOf(asked, { mode, port: 4011, localAddress: RELAYED.client }),
    });
  }
  return cases;
}

/** The fields of an answer that clients act upon. */
export type AnswerFields = Readonly<Record<string, string>>;

/** What firmware sees of an answer, as text; `answers: 0` for silence. */
export function fieldsOf(answer: Answer): AnswerFields {
  const [first] = answer.replies;
  if (first === undefined) return { answers: '0' };
  const packet = decodeDhcp(Buffer.from(first.hex, 'hex'));
  const fields: Record<string, string> = {
    answers: String(answer.replies.length),
    'from port': String(first.fromPort),
    'to port': String(first.toPort),
    flags: packet.flags.toString(16),
    ciaddr: packet.ciaddr,
    yiaddr: packet.yiaddr === '0.0.0.0' ? packet.yiaddr : 'an address of the range',
    siaddr: packet.siaddr,
    sname: packet.serverName,
    file: packet.bootFile,
  };
  for (const { code, data } of packet.options) {
    fields[`${code} ${optionName(code)}`] = Buffer.from(data).toString('hex');
  }
  return fields;
}

export interface FieldDifference {
  readonly field: string;
  readonly builtin: string;
  readonly other: string;
}

/** Fields in which two answers differ, in the order of the first. */
export function differencesOf(builtin: AnswerFields, other: AnswerFields): FieldDifference[] {
  const names = [...new Set([...Object.keys(builtin), ...Object.keys(other)])];
  return names
    .filter((field) => builtin[field] !== other[field])
    .map((field) => ({ field, builtin: builtin[field] ?? 'absent', other: other[field] ?? 'absent' }));
}
