import fc from 'fast-check';
import { clientFactsOf } from '../../../src/plan/client-facts.ts';
import { firmwareOf } from '../../../src/plan/firmware-of.ts';
import { macToBytes, parseIpv4, type Ipv4Address, type MacAddress } from '../../../src/protocol/addresses.ts';
import {
  MESSAGE_TYPE,
  optionData,
  type DhcpOption,
  type DhcpPacket,
} from '../../../src/protocol/dhcp/dhcp-packet.ts';
import { addressOption } from '../../../src/protocol/dhcp/options/address-options.ts';
import { CLIENT, exchangeOf, MACHINES, RELAYED, SERVER, type ContractCase } from './contract-cases.ts';

/** The same packets at every run, so that a failure can be looked into. */
const SEED = 20_261_127;

const NOBODY = parseIpv4('0.0.0.0')!;
const ROUTER = parseIpv4('192.168.1.1')!;

type Route = 'broadcast' | 'named relay' | 'stranger' | 'boot server' | 'boot server behind the relay';

const option = (code: number, ...bytes: readonly number[]): DhcpOption => ({
  code,
  data: Uint8Array.from(bytes),
});
const text = (code: number, value: string): DhcpOption => ({ code, data: Buffer.from(value) });
const maybe = <T>(value: fc.Arbitrary<T>, absentOfTen = 3): fc.Arbitrary<T | undefined> =>
  fc.oneof(
    { weight: absentOfTen, arbitrary: fc.constant(undefined) },
    { weight: 10 - absentOfTen, arbitrary: value },
  );

const architectures = fc.constantFrom<readonly number[]>(
  ...[[0], [0], [6], [7], [7], [7], [9], [11], [16], [19], [27], [7, 9], [27, 7]],
);
const vendorClass = (first: number, isIpxe: boolean): fc.Arbitrary<DhcpOption | undefined> => {
  const number = String(first).padStart(5, '0');
  // iPXE under HTTP Boot says PXEClient as well
  const kind = !isIpxe && (first === 16 || first === 19) ? 'HTTPClient' : 'PXEClient';
  return fc.constantFrom(
    ...[3016, 2001, 1].map((undi) =>
      text(60, `${kind}:Arch:${number}:UNDI:${String(undi).padStart(6, '0')}`),
    ),
    text(60, `${kind}:Arch:${number}`),
    text(60, kind),
    text(60, 'MSFT 5.0'),
    undefined,
  );
};
const requestedOptions = fc
  .uniqueArray(
    fc.constantFrom(1, 2, 3, 5, 6, 11, 12, 13, 16, 17, 22, 43, 54, 60, 66, 67, 97, 128, 135, 150, 175),
    {
      minLength: 1,
    },
  )
  .map((codes) => option(55, ...codes));
const ipxeUserClass = fc.constantFrom(text(77, 'iPXE'), option(77, 4, 0x69, 0x50, 0x58, 0x45));
const machineId = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => ({ code: 97, data: Uint8Array.of(0, ...bytes) }));
const maxMessageSize = fc
  .constantFrom(576, 590, 1260, 1472, 1500, 9000, 65_535)
  .map((size) => option(57, size >> 8, size & 0xff));
const agentInformation = fc.constantFrom(
  option(82, 1, 4, 0, 1, 2, 3),
  option(82, 1, 2, 0, 7, 2, 6, 1, 2, 3, 4, 5, 6),
);

/** What differs between clients that all keep to RFC 2131, 4578 and PXE 2.1. */
const client = fc.tuple(architectures, fc.constantFrom(false, false, true)).chain(([list, isIpxe]) =>
  fc.record({
    machine: fc.constantFrom(...Object.values(MACHINES)),
    flags: fc.constantFrom(0, 0x8000),
    secs: fc.integer({ min: 0, max: 65_535 }),
    hops: fc.integer({ min: 0, max: 4 }),
    options: fc.record({
      architecture: maybe(fc.constant(option(93, ...list.flatMap((code) => [code >> 8, code & 0xff]))), 1),
      vendorClass: vendorClass(list[0] ?? 0, isIpxe),
      userClass: isIpxe ? maybe(ipxeUserClass) : maybe(fc.constant(text(77, 'lab')), 8),
      ipxe: isIpxe ? fc.constant(option(175, 0xeb, 3, 1, 21, 1, 0x13, 1, 1)) : fc.constant(undefined),
      requestedOptions: maybe(requestedOptions, 1),
      machineId: maybe(machineId),
      undi: maybe(fc.constant(option(94, 1, 3, 16))),
      maxMessageSize: maybe(maxMessageSize),
      hostName: maybe(fc.constant(text(12, 'pc-1')), 8),
      requestedAddress: maybe(fc.constantFrom(option(50, 192, 168, 1, 205), option(50, 10, 0, 0, 9)), 8),
      leaseTime: maybe(fc.constant(option(51, 0, 0, 0x0e, 0x10)), 8),
      rapidCommit: maybe(fc.constant(option(80)), 9),
      clientId: maybe(fc.uint8Array({ minLength: 7, maxLength: 19 }).map((data) => ({ code: 61, data }))),
    }),
    /** sorts the options; the message type may stand anywhere */
    order: fc.array(fc.nat(), { minLength: 20, maxLength: 20 }),
  }),
);

const ROUTES: Readonly<Record<'proxy' | 'pxe-only', readonly Route[]>> = {
  proxy: [
    ...([
      'broadcast',
      'broadcast',
      'broadcast',
      'named relay',
      'stranger',
      'boot server',
      'boot server',
    ] as const),
    'boot server behind the relay',
  ],
  'pxe-only': ['broadcast'],
};

/** Random packets of legal clients; what becomes of them is compared between the engines. */
export function randomCases(mode: 'proxy' | 'pxe-only', count: number): ContractCase[] {
  const arbitrary = fc.record({
    client,
    route: fc.constantFrom(...ROUTES[mode]),
    isRequest: fc.integer({ min: 0, max: 9 }).map((number) => mode === 'proxy' && number < 2),
    isInform: fc.integer({ min: 0, max: 9 }).map((number) => number < 2),
    agent: maybe(agentInformation, 5),
    serverId: fc.constantFrom(SERVER, undefined),
  });
  return fc.sample(arbitrary, { seed: SEED, numRuns: count }).map((drawn, index): ContractCase => {
    const { isRequest, isInform, agent, serverId } = drawn;
    const { machine, flags, secs, hops, options, order } = drawn.client;
    // leases: one that is known already, and heard by a client that has no address
    const mac = mode === 'proxy' || machine === MACHINES.secure ? machine : MACHINES.unknown;
    // UEFI HTTP Boot has no boot server step
    const isHttp = Buffer.from(options.vendorClass?.data ?? [])
      .toString('latin1')
      .startsWith('HTTPClient');
    const route = isHttp && drawn.route.startsWith('boot server') ? 'broadcast' : drawn.route;
    const isBootServer = route.startsWith('boot server');
    const isRelayed = route === 'named relay' || route === 'stranger';
    const local = LOCAL[route];
    const type = isBootServer
      ? isInform
        ? MESSAGE_TYPE.inform
        : MESSAGE_TYPE.request
      : isRequest
        ? MESSAGE_TYPE.request
        : MESSAGE_TYPE.discover;
    const extra: readonly (DhcpOption | undefined)[] = [
      option(53, type),
      ...(!isBootServer && isRequest ? [addressOption(54, ROUTER)] : []),
      ...(isBootServer && serverId !== undefined ? [addressOption(54, serverId)] : []),
    ];
    const requestedAddress =
      type === MESSAGE_TYPE.request ? addressOption(50, CLIENT) : options.requestedAddress;
    const shuffled = [
      ...Object.values({ ...options, requestedAddress: isBootServer ? undefined : requestedAddress }),
      ...extra,
    ]
      .filter((one) => one !== undefined)
      .map((one, position) => ({ one, rank: order[position] ?? 0 }))
      .sort((left, right) => left.rank - right.rank)
      .map(({ one }) => one);
    const chaddr = new Uint8Array(16);
    chaddr.set(macToBytes(mac as MacAddress));
    const packet: DhcpPacket = {
      ...{ op: 1, htype: 1, hlen: 6, hops: isRelayed ? hops + 1 : 0, xid: 0x30_00_00_00 + index, secs },
      flags: isBootServer ? 0 : mode === 'proxy' ? flags : 0x8000,
      ciaddr: isBootServer ? local : NOBODY,
      ...{ yiaddr: NOBODY, siaddr: NOBODY, giaddr: isRelayed ? local : NOBODY, chaddr },
      ...{ serverName: '', bootFile: '' },
      // a relay adds its option as the last one
      options: [...shuffled, ...(isRelayed && agent !== undefined ? [agent] : [])],
    };
    return {
      name: `${firmwareName(packet)}, random ${index} by ${route}${markOf(packet)}: ${nameOf(type, isBootServer)}`,
      exchange: exchangeOf(packet, {
        mode,
        port: isBootServer ? 4011 : 67,
        localAddress: local,
        ...(isRelayed ? { localPort: 67 } : {}),
      }),
    };
  });
}

const LOCAL: Readonly<Record<Route, Ipv4Address>> = {
  broadcast: CLIENT,
  'named relay': RELAYED.relay,
  stranger: RELAYED.stranger,
  'boot server': CLIENT,
  'boot server behind the relay': RELAYED.client,
};

function nameOf(type: number, isBootServer: boolean): string {
  const name =
    type === MESSAGE_TYPE.inform ? 'INFORM' : type === MESSAGE_TYPE.request ? 'REQUEST' : 'DISCOVER';
  return isBootServer ? `${name} to port 4011` : name;
}

/** What a known difference goes by. */
function markOf(packet: DhcpPacket): string {
  const list = optionData(packet, 93);
  return list === undefined ? ', without option 93' : list.length > 2 ? ', several architectures' : '';
}

/** As the other cases of the contract are called. */
function firmwareName(packet: DhcpPacket): string {
  const facts = clientFactsOf(packet);
  if (!facts.isIpxe) return firmwareOf(facts);
  return facts.architectures[0] === 0 ? 'ipxe on BIOS' : 'ipxe on UEFI';
}
