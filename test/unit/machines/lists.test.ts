import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MachineEntry } from '../../../src/machines/config-file/machine-entry.ts';
import { readCsvMachines, writeCsvMachines } from '../../../src/machines/lists/csv-machines.ts';
import { readStructuredMachines } from '../../../src/machines/lists/structured-machines.ts';
import { readDnsmasqHosts, readIscHosts } from '../../../src/machines/lists/host-lists.ts';
import { formatOfList } from '../../../src/machines/lists/machine-list.ts';

describe('a table of machines', () => {
  it('is read with its lines, whatever separates and quotes its cells', () => {
    const text =
      '\ufeffMAC;name;arguments;vars.seat;secureBoot\r\n# row by the window;;;;\r\nF44D.3000.0001;pc-01;"quiet  splash";4;yes\r\n\r\nf4-4d-30-00-00-02;"pc-02";;;\r\n';
    expect(readCsvMachines(text)).toEqual({
      problems: [],
      machines: [
        {
          line: 3,
          entry: {
            ...{ mac: 'f4:4d:30:00:00:01', name: 'pc-01', arguments: ['quiet', 'splash'] },
            ...{ vars: { seat: 4 }, secureBoot: true },
          },
        },
        { line: 5, entry: { mac: 'f4:4d:30:00:00:02', name: 'pc-02' } },
      ],
    });
  });

  it('has everything told that is wrong in it, with its line', () => {
    const text =
      'mac,name,secureBoot\nf4:4d:30:00:00:0,a,true\nf4:4d:30:00:00:02,b,maybe\nf4:4d:30:00:00:03,c,no,more\n';
    expect(readCsvMachines(text).problems.map(({ line, what }) => [line, what])).toEqual([
      [2, 'f4:4d:30:00:00:0 is not a MAC address'],
      [3, 'secureBoot is maybe'],
      [4, 'there are 4 cells under 3 headings'],
    ]);
    expect(readCsvMachines('mac,nmae\n')).toMatchObject({
      problems: [{ line: 1, what: 'unknown key nmae', why: expect.stringContaining('did you mean name?') }],
    });
    expect(readCsvMachines('mac,name\n"f4,x\n').problems).toEqual([
      { line: 2, what: 'a quote is never closed' },
    ]);
  });

  it('is written so that it is read back as it was', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9;,"' #]{0,8}[a-z0-9]$/);
    const entry = fc.record(
      {
        mac: fc.constantFrom('f4:4d:30:00:00:01', '52:54:00:00:00:02'),
        name: fc.stringMatching(/^[a-z0-9-]{1,8}$/),
        secureBoot: fc.boolean(),
        arguments: fc.array(fc.stringMatching(/^[a-z=.,"]{1,6}$/), { minLength: 1, maxLength: 3 }),
        install: fc.record({ seed: word, once: fc.boolean() }),
        loaders: fc.record({ bios: fc.constantFrom<'ipxe' | 'auto'>('ipxe', 'auto') }),
        vars: fc.dictionary(
          fc.constantFrom('disk', 'seat'),
          fc.oneof(
            word,
            fc.integer(),
            fc.boolean(),
            fc.constantFrom('1', 'true', '[a', 'x: y'),
            fc.array(word),
          ),
          { minKeys: 1 },
        ),
      },
      { requiredKeys: ['mac', 'name'] },
    ) as fc.Arbitrary<MachineEntry>;
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 4 }), (entries) => {
        const read = readCsvMachines(writeCsvMachines(entries));
        expect(read.problems).toEqual([]);
        expect(read.machines.map((one) => one.entry)).toEqual(entries);
      }),
    );
  });
});

it('aliases of a list are what they stand for', () => {
  const text =
    'disk: &disk /dev/sda\nmachines: [{ mac: f4:4d:30:00:00:01, name: pc-01, vars: { disk: *disk } }]\n';
  expect(readStructuredMachines(text).machines).toMatchObject([{ entry: { vars: { disk: '/dev/sda' } } }]);
});

describe('lists of other servers', () => {
  it('host declarations of ISC dhcpd', () => {
    const text = `subnet 10.0.0.0 netmask 255.255.255.0 { }
group {
  # host old { hardware ethernet 00:00:00:00:00:01; }
  host pc-01 {
    hardware ethernet F4:4D:30:0:0:1; # first
    fixed-address 10.0.0.5;
  }
  host "pc-02" { hardware ethernet f4:4d:30:00:00:02; option host-name "x"; }
  host printer { fixed-address 10.0.0.9; }
}
`;
    expect(formatOfList(text, 'dhcpd.conf')).toBe('isc-dhcpd');
    expect(readIscHosts(text)).toMatchObject({
      machines: [
        { line: 4, entry: { mac: 'f4:4d:30:00:00:01', name: 'pc-01' } },
        { line: 8, entry: { mac: 'f4:4d:30:00:00:02', name: 'pc-02' } },
      ],
      problems: [{ line: 9, what: 'the host printer has no hardware ethernet' }],
    });
  });

  it('dhcp-host lines of dnsmasq', () => {
    const text = `# dhcp-host=00:00:00:00:00:01
dhcp-host=f4:4d:30:00:00:01,set:lab,192.168.1.5,pc-01,12h
dhcp-host=06-f4:4d:30:00:00:02,[fd00::5],infinite # no name
dhcp-host=f4:4d:30:*:*:*,ignore
dhcp-host=id:01:02,laptop
`;
    expect(formatOfList(text, 'hosts')).toBe('dnsmasq');
    expect(readDnsmasqHosts(text)).toMatchObject({
      machines: [
        { line: 2, entry: { mac: 'f4:4d:30:00:00:01', name: 'pc-01' } },
        { line: 3, entry: { mac: 'f4:4d:30:00:00:02' } },
      ],
      problems: [{ line: 4 }, { line: 5 }],
    });
  });

  it('YAML and JSON, as pxectl.yaml has them', () => {
    const yaml = 'machines:\n  - { mac: F44D30000001, name: a }\n  - { mac: 7, nmae: b }\n';
    expect(formatOfList(yaml, 'list.yaml')).toBe('yaml');
    const read = readStructuredMachines(yaml);
    expect(read.machines).toEqual([{ line: 2, entry: { mac: 'f4:4d:30:00:00:01', name: 'a' } }]);
    expect(read.problems.map(({ line }) => line)).toEqual([3, 3]);
    expect(readStructuredMachines('[{ "serial": "S1" }]').machines).toMatchObject([
      { line: 1, entry: { serial: 'S1' } },
    ]);
    expect(readStructuredMachines('a: [').problems).toHaveLength(1);
    expect(readStructuredMachines('network: {}').problems[0]?.what).toBe('there are no machines in it');
  });

  it('are told apart by what stands in them', () => {
    expect(formatOfList('mac,name\n', 'export')).toBe('csv');
    expect(formatOfList('[{}]', 'export')).toBe('json');
    expect(formatOfList('- mac: x\n', 'export')).toBe('yaml');
  });
});
