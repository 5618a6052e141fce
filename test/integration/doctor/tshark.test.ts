import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { run } from '../../../src/platform/processes.ts';
import { decodeDhcp } from '../../../src/protocol/dhcp/decode-dhcp.ts';
import { macOf, messageTypeOf, optionData } from '../../../src/protocol/dhcp/dhcp-packet.ts';
import { readCapture } from '../../../src/protocol/pcap/capture-reader.ts';
import { Dissector, type DissectedPacket } from '../../../src/protocol/pcap/dissector.ts';
import { decodeTftp } from '../../../src/protocol/tftp/packets.ts';
import { itNeeds } from '../../support/external-tool.ts';

const itRuns = itNeeds('tshark');
const fixtures = new URL('../../../fixtures/', import.meta.url);

function capturesIn(folder: string): readonly string[] {
  const url = new URL(folder, fixtures);
  if (!existsSync(url)) return [];
  return readdirSync(url, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.pcap') || name.endsWith('.pcapng'))
    .map((name) => `${folder}${name}`);
}

const captures = [...capturesIn('failures/'), ...capturesIn('captures/'), ...capturesIn('dhcp/')];

/** The fields of a packet by Wireshark's names; `undefined` where the packet has none. */
type Fields = Readonly<Record<string, string | undefined>>;

const FIELD_NAMES = [
  'frame.number',
  'frame.time_epoch',
  'eth.src',
  'eth.dst',
  'ip.src',
  'ip.dst',
  'udp.srcport',
  'udp.dstport',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.seq_raw',
  'tcp.flags.syn',
  'tcp.flags.fin',
  'tcp.flags.reset',
  'tcp.len',
  'dhcp.id',
  'dhcp.hw.mac_addr',
  'dhcp.ip.client',
  'dhcp.ip.your',
  'dhcp.ip.server',
  'dhcp.ip.relay',
  'dhcp.file',
  'dhcp.option.dhcp',
  'dhcp.option.dhcp_server_id',
  'dhcp.option.vendor_class_id',
  'dhcp.option.vendor.value',
  'dhcp.option.client_system_architecture',
  'dhcp.option.type',
  'tftp.opcode',
  'tftp.source_file',
  'tftp.block',
  'tftp.error.code',
  'tftp.option.name',
  'tftp.option.value',
] as const;

async function byTshark(file: string): Promise<readonly Fields[]> {
  const args = [
    '-r',
    file,
    '-n',
    '-d',
    'udp.port==4011,dhcp',
    '-Y',
    'udp or tcp',
    '-T',
    'json',
    ...FIELD_NAMES.flatMap((name) => ['-e', name]),
  ];
  const { stdout, exitCode, stderr } = await run('tshark', args, { timeoutMs: 60_000 });
  if (exitCode !== 0) throw new Error(stderr);
  const packets = JSON.parse(stdout) as readonly {
    readonly _source: { readonly layers: Readonly<Record<string, readonly string[]>> };
  }[];
  return packets.map(({ _source }) =>
    Object.fromEntries(Object.entries(_source.layers).map(([name, values]) => [name, values.join(',')])),
  );
}

async function byUs(file: string): Promise<ReadonlyMap<number, DissectedPacket>> {
  const dissector = new Dissector();
  const found = new Map<number, DissectedPacket>();
  for await (const frame of readCapture(createReadStream(file, { highWaterMark: 1000 }))) {
    const packet = dissector.dissect({ ...frame, data: frame.data.slice() });
    if (packet) found.set(frame.number, packet);
  }
  return found;
}

function fieldsOf(packet: DissectedPacket): Record<string, string | undefined> {
  const base = {
    'frame.number': String(packet.frameNumber),
    'eth.src': packet.sourceMac,
    'eth.dst': packet.destinationMac,
    'ip.src': packet.source,
    'ip.dst': packet.destination,
  };
  if (packet.kind === 'tcp') {
    const flag = (value: boolean): string => (value ? '1' : '0');
    return {
      ...base,
      'tcp.srcport': String(packet.sourcePort),
      'tcp.dstport': String(packet.destinationPort),
      'tcp.seq_raw': String(packet.sequence),
      'tcp.flags.syn': flag(packet.flags.syn),
      'tcp.flags.fin': flag(packet.flags.fin),
      'tcp.flags.reset': flag(packet.flags.rst),
      'tcp.len': String(packet.wirePayloadLength),
    };
  }
  if (packet.kind !== 'udp') return base;
  return {
    ...base,
    'udp.srcport': String(packet.sourcePort),
    'udp.dstport': String(packet.destinationPort),
    ...dhcpFields(packet.sourcePort, packet.destinationPort, packet.payload),
  };
}

function dhcpFields(
  sourcePort: number,
  destinationPort: number,
  payload: Uint8Array,
): Record<string, string | undefined> {
  if (![sourcePort, destinationPort].some((port) => [67, 68, 4011].includes(port))) return {};
  const dhcp = decodeDhcp(payload);
  const text = (code: number): string | undefined => {
    const data = optionData(dhcp, code);
    return data && Buffer.from(data).toString('latin1');
  };
  const architectures = optionData(dhcp, 93);
  return {
    'dhcp.id': `0x${dhcp.xid.toString(16).padStart(8, '0')}`,
    'dhcp.hw.mac_addr': macOf(dhcp),
    'dhcp.ip.client': dhcp.ciaddr,
    'dhcp.ip.your': dhcp.yiaddr,
    'dhcp.ip.server': dhcp.siaddr,
    'dhcp.ip.relay': dhcp.giaddr,
    'dhcp.file': dhcp.bootFile,
    'dhcp.option.dhcp': String(messageTypeOf(dhcp) ?? ''),
    'dhcp.option.dhcp_server_id': optionData(dhcp, 54)?.join('.'),
    'dhcp.option.vendor_class_id': text(60),
    'dhcp.option.client_system_architecture':
      architectures && String((architectures[0] ?? 0) * 256 + (architectures[1] ?? 0)),
    'dhcp.option.type': dhcp.options.map((option) => option.code).join(','),
  };
}

/** TFTP of tshark, compared where tshark recognises the conversation. */
function tftpFields(packet: DissectedPacket): Record<string, string | undefined> {
  if (packet.kind !== 'udp') return {};
  const tftp = decodeTftp(packet.payload);
  const opcodes = { rrq: '1', wrq: '2', data: '3', ack: '4', error: '5', oack: '6' } as const;
  return {
    'tftp.opcode': opcodes[tftp.opcode],
    ...(tftp.opcode === 'rrq' ? { 'tftp.source_file': tftp.fileName } : {}),
    ...(tftp.opcode === 'data' || tftp.opcode === 'ack' ? { 'tftp.block': String(tftp.block) } : {}),
    ...(tftp.opcode === 'error' ? { 'tftp.error.code': String(tftp.code) } : {}),
    ...(tftp.opcode === 'rrq' || tftp.opcode === 'oack'
      ? tftp.options.length > 0
        ? {
            'tftp.option.name': tftp.options.map((o) => o.name).join(','),
            'tftp.option.value': tftp.options.map((o) => o.value).join(','),
          }
        : {}
      : {}),
  };
}

function normalise(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  // option 61 holds the hardware address once more
  if (name === 'dhcp.hw.mac_addr') return value.split(',')[0];
  // the end mark and padding are no options
  if (name === 'dhcp.option.type')
    return value
      .split(',')
      .filter((code) => code !== '0' && code !== '255')
      .join(',');
  if (
    name === 'dhcp.option.client_system_architecture' ||
    name === 'tftp.block' ||
    name.startsWith('tcp.flags')
  )
    return String(Number(value));
  return value;
}

describe.each(captures)('%s', (name) => {
  itRuns('is read as tshark reads it, field by field', async () => {
    const file = new URL(name, fixtures).pathname;
    const [theirs, ours] = await Promise.all([byTshark(file), byUs(file)]);
    expect(theirs.length).toBeGreaterThan(0);
    let compared = 0;
    for (const packet of theirs) {
      const number = Number(packet['frame.number']);
      const own = ours.get(number);
      // datagrams of IPv6 are none of ours
      if (packet['ip.src'] === undefined) continue;
      expect(own, `packet ${number}`).toBeDefined();
      if (!own) continue;
      // an ICMP error quotes the datagram that it is about: tshark shows its ports too
      if (own.kind === 'icmp-unreachable') continue;
      expect(Math.abs(own.timeUs / 1e6 - Number(packet['frame.time_epoch']))).toBeLessThan(1e-5);
      const fields = { ...fieldsOf(own), ...(packet['tftp.opcode'] === undefined ? {} : tftpFields(own)) };
      for (const [field, value] of Object.entries(fields)) {
        if (field === 'dhcp.file' && value === '' && packet[field] === undefined) continue;
        expect(`${field} ${normalise(field, value)}`, `packet ${number}`).toBe(
          `${field} ${normalise(field, packet[field])}`,
        );
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(20);
  });
});
