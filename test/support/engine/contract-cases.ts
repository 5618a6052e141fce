import type { MacAddress } from '../../../src/protocol/addresses.ts';
import { parseIpv4 } from '../../../src/protocol/addresses.ts';
import { encodeDhcp } from '../../../src/protocol/dhcp/encode-dhcp.ts';
import { MESSAGE_TYPE, type DhcpPacket } from '../../../src/protocol/dhcp/dhcp-packet.ts';
import { decodeDhcp } from '../../../src/protocol/dhcp/decode-dhcp.ts';
import { optionName } from '../../../src/protocol/dhcp/option-codes.ts';
import { addressOption } from '../../../src/protocol/dhcp/options/address-options.ts';
import { clientPacket, type PxeClient } from '../../../src/protocol/pxe/client-packet.ts';
import type { Answer, Exchange } from './packet-client.ts';

export const SERVER = parseIpv4('192.168.1.50')!;
export const CLIENT = parseIpv4('192.168.1.60')!;

/** Machines that the contract's configuration knows, and one that it does not. */
export const MACHINES = {
  unknown: 'f4:4d:30:00:00:99',
  local: 'f4:4d:30:00:00:01',
  secure: 'f4:4d:30:00:00:02',
  pi: 'b8:27:eb:00:00:01',
} as const;

export const CONTRACT_MACHINES_YAML = [
  'machines:',
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
  const add = (name: string, packet: DhcpPacket, port: 67 | 4011, waitMs: number): void => {
    // dnsmasq pings an address for three seconds before it first leases it, and remembers what it heard
    const isFirstLease = mode === 'pxe-only' && cases.length === 0;
    const packetHex = Buffer.from(encodeDhcp(packet)).toString('hex');
    cases.push({
      name,
      exchange: {
        packetHex,
        port,
        server: SERVER,
        localAddress: CLIENT,
        waitMs: isFirstLease ? 6_000 : waitMs,
      },
    });
  };
  for (const [machine, mac] of Object.entries(MACHINES)) {
    for (const [firmware, kind] of Object.entries(FIRMWARES)) {
      if (machine === 'pi' && firmware !== 'bios') continue;
      // leases are slow to get: the machines differ in their files, which the proxy cases compare
      const isSecureUefi = machine === 'secure' && /^uefi-(?:x64|http-x64)$/.test(firmware);
      if (mode === 'pxe-only' && machine !== 'unknown' && !isSecureUefi) continue;
      const client: PxeClient = {
        ...kind,
        mac: mac as MacAddress,
        uuid: '00112233-4455-6677-8899-aabbccddeeff',
      };
      const name = `${firmware}, machine ${machine}`;
      xid += 0x100;
      add(
        `${name}: DISCOVER`,
        clientPacket(client, { messageType: MESSAGE_TYPE.discover, xid }),
        67,
        mode === 'proxy' ? 350 : 800,
      );
      if (mode === 'pxe-only') continue;
      add(
        `${name}: REQUEST of the router's offer`,
        clientPacket(client, {
          messageType: MESSAGE_TYPE.request,
          xid,
          extraOptions: [addressOption(50, CLIENT), addressOption(54, parseIpv4('192.168.1.1')!)],
        }),
        67,
        150,
      );
      if (kind.isHttp === true) continue;
      add(
        `${name}: REQUEST to port 4011`,
        clientPacket(client, { messageType: MESSAGE_TYPE.request, xid: xid + 1, clientAddress: CLIENT }),
        4011,
        350,
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
  add('a client that does not boot from the network: DISCOVER', plain, 67, 350);
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
