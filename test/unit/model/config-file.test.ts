import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/model/config-file.ts';
import { configJsonSchema } from '../../../src/model/config-schema.ts';
import { PxectlError } from '../../../src/model/errors.ts';

const OPTIONS = { path: '/srv/lab/pxectl.yaml', stateRoot: '/srv/lab/.pxectl' };
const parse = (text: string) => parseConfig(text, OPTIONS);

function errorOf(text: string): PxectlError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof PxectlError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

interface Problem {
  line: number;
  column: number;
  path: string;
  suggestion?: string;
  why?: string;
  code: string;
}
const problemsOf = (error: PxectlError): Problem[] => error.details?.['problems'] as Problem[];

const HEAD = `version: 1
network: { interface: eno1, address: 192.168.1.50 }
images: [ubuntu-20.04.3, debian-12]
`;

describe('a right pxectl.yaml', () => {
  it('of the documentation is read with its defaults filled in', () => {
    const config = parse(`version: 1
network: { interface: eno1, address: 192.168.1.50, mode: proxy }
http: { port: 8080 }
engine: auto
images: [ubuntu-20.04.3]
boot: { default: ubuntu-20.04.3, menu: true, timeoutSeconds: 10 }
loaders: { bios: auto, uefi: auto }
machines:
  - { mac: "F4:4D:30:00:00:01", name: node-1, image: ubuntu-20.04.3, install: { seed: autoinstall/node-1.yaml, once: true }, secureBoot: true }
mirrors: { "https://releases.ubuntu.com": "http://192.168.1.9/ubuntu" }
`);
    expect(config).toEqual({
      vars: {},
      version: 1,
      network: { interface: 'eno1', address: '192.168.1.50', prefix: 24, mode: 'proxy' },
      http: { port: 8080 },
      engine: 'auto',
      images: ['ubuntu-20.04.3'],
      boot: { default: 'ubuntu-20.04.3', menu: true, timeoutSeconds: 10, unknown: 'menu', arguments: [] },
      loaders: { bios: 'auto', uefi: 'auto' },
      machines: [
        {
          mac: 'f4:4d:30:00:00:01',
          name: 'node-1',
          image: 'ubuntu-20.04.3',
          install: { seed: '/srv/lab/autoinstall/node-1.yaml', once: true },
          isArmed: false,
          secureBoot: true,
          arguments: [],
          loaders: { bios: 'auto', uefi: 'auto' },
          vars: {},
        },
      ],
      profiles: [],
      mirrors: { 'https://releases.ubuntu.com': 'http://192.168.1.9/ubuntu' },
      reporting: { dashboard: { reach: 'loopback', port: 8080, isPortGiven: false, names: [] }, notify: [] },
      engineOptions: { docker: { buildFromHost: false } },
    });
  });

  it.each([
    ['off', 'off'],
    ['shared', 'shared'],
    ['/srv/pxectl', '/srv/pxectl'],
    ['./store', '/srv/lab/store'],
  ])('store: %s', (store, read) => {
    expect(parse(`${HEAD}store: ${store}\n`).store).toBe(read);
  });

  it('may be as short as this', () => {
    const config = parse('version: 1\nnetwork: {interface: eth0, address: 10.0.0.2/8}\n');
    expect(config.network.prefix).toBe(8);
    expect(config.boot.default).toBe('local');
    expect(config.images).toEqual([]);
  });

  it('takes the prefix from network.prefix too', () => {
    const text = HEAD.replace('192.168.1.50 }', '192.168.1.50, prefix: 22 }');
    expect(parse(text).network.prefix).toBe(22);
  });

  it('may send any machine and the default to the local disk', () => {
    const config = parse(`${HEAD}boot: { default: local }
machines: [{ mac: f4-4d-30-00-00-01, image: local }]
`);
    expect(config.boot.default).toBe('local');
    expect(config.machines[0]).toMatchObject({ image: 'local', name: 'f4-4d-30-00-00-01' });
  });
});

/** text of the file → what the first line of the error says, and the nearest right value */
const WRONG: readonly [string, string, string, string | undefined][] = [
  ['misspelt key', `${HEAD}enigne: auto\n`, ':4:1: unknown key "enigne"', 'engine'],
  [
    'misspelt nested key',
    HEAD.replace('interface', 'interfce'),
    ':2:12: unknown key "interfce" in network',
    'interface',
  ],
  ['wrong mode', HEAD.replace('.50 }', '.50, mode: proxi }'), ':2:58: network.mode is "proxi"', 'proxy'],
  ['wrong engine', `${HEAD}engine: docker-compose\n`, ':4:9: engine is "docker-compose"', 'docker'],
  ['mistyped store', `${HEAD}store: shard\n`, ':4:8: store is "shard"', 'shared'],
  ['bad address', HEAD.replace('.50', '.500'), ':2:38: network.address is "192.168.1.500"', undefined],
  ['prefix of text', HEAD.replace('.50', '.50/x'), ':2:38: network.address is "192.168.1.50/x"', undefined],
  ['network address', HEAD.replace('.50', '.0'), ':2:38: network.address is "192.168.1.0"', undefined],
  ['loopback', HEAD.replace('192.168.1.50', '127.0.0.1'), ':2:38: network.address is "127.0.0.1"', undefined],
  ['two prefixes', HEAD.replace('.50 }', '.50/24, prefix: 16 }'), ':2:63: network.prefix is 16', '24'],
  [
    'pxe-only without range',
    HEAD.replace('.50 }', '.50, mode: pxe-only }'),
    ':2:10: network.range is missing',
    'range: 192.168.1.200-192.168.1.220',
  ],
  [
    'range of another network',
    HEAD.replace('.50 }', '.50, mode: full, range: 192.168.2.1-192.168.2.9 }'),
    ':2:71: network.range is "192.168.2.1-192.168.2.9"',
    'range: 192.168.1.200-192.168.1.220',
  ],
  [
    'range backwards',
    HEAD.replace('.50 }', '.50, mode: full, range: 192.168.1.9-192.168.1.2 }'),
    ':2:71: network.range is "192.168.1.9-192.168.1.2"',
    '192.168.1.2-192.168.1.9',
  ],
  [
    'range with our own address',
    HEAD.replace('.50 }', '.50, mode: full, range: 192.168.1.40-192.168.1.60 }'),
    ':2:71: network.range is "192.168.1.40-192.168.1.60"',
    undefined,
  ],
  [
    'router of another network',
    HEAD.replace('.50 }', '.50, router: 10.0.0.1 }'),
    'network.router is "10.0.0.1"',
    undefined,
  ],
  [
    'name server that is no address',
    HEAD.replace('.50 }', '.50, nameServers: [dns] }'),
    'network.nameServers[0] is "dns"',
    undefined,
  ],
  [
    'relayed network that is none',
    HEAD.replace('.50 }', '.50, relayed: [10.2.0.1] }'),
    'network.relayed[0] is "10.2.0.1"',
    undefined,
  ],
  [
    'relayed network with host bits',
    HEAD.replace('.50 }', '.50, relayed: [10.2.0.1/24] }'),
    'network.relayed[0] is "10.2.0.1/24"',
    '10.2.0.0/24',
  ],
  [
    'relayed network that is our own',
    HEAD.replace('.50 }', '.50, relayed: [192.168.0.0/16] }'),
    'network.relayed[0] is "192.168.0.0/16"',
    undefined,
  ],
  [
    'relayed network in a mode with leases',
    HEAD.replace('.50 }', '.50, mode: full, range: 192.168.1.9-192.168.1.20, relayed: [10.2.0.0/24] }'),
    'network.relayed[0] is "10.2.0.0/24"',
    undefined,
  ],
  [
    'unknown default',
    `${HEAD}boot: { default: debain-12 }\n`,
    ':4:18: boot.default is "debain-12"',
    'debian-12',
  ],
  [
    'image of a machine',
    `${HEAD}machines:\n  - mac: 52:54:00:00:00:01\n    image: ubuntu-20.04\n`,
    ':6:12: machines[0].image is "ubuntu-20.04"',
    'ubuntu-20.04.3',
  ],
  [
    'bad mac',
    `${HEAD}machines:\n  - mac: 52:54:00:00:00\n`,
    ':5:10: machines[0].mac is "52:54:00:00:00"',
    undefined,
  ],
  ['multicast mac', `${HEAD}machines:\n  - mac: 01:00:5e:00:00:01\n`, ':5:10: machines[0].mac is', undefined],
  [
    'the address of another as a name',
    `${HEAD}machines:\n  - { mac: 52:54:00:00:00:01, name: 52-54-00-00-00-02 }\n`,
    ':5:37: machines[0].name is "52-54-00-00-00-02"',
    undefined,
  ],
  [
    'the same machine twice',
    `${HEAD}machines:\n  - mac: 52:54:00:00:00:01\n  - mac: 52-54-00-00-00-01\n`,
    ':6:10: machines[1].mac is "52-54-00-00-00-01"',
    undefined,
  ],
  [
    'mac as a number',
    `${HEAD}machines:\n  - mac: 525400000001\n`,
    ':5:10: machines[0].mac is 525400000001',
    '"525400000001" (in quotes)',
  ],
  ['machine without identity', `${HEAD}machines:\n  - name: x\n`, ':5:5: machines[0] is "x"', undefined],
  [
    'image twice',
    HEAD.replace('debian-12', 'ubuntu-20.04.3'),
    ':3:26: images[1] is "ubuntu-20.04.3"',
    undefined,
  ],
  ['local as an image', HEAD.replace('debian-12', 'local'), ':3:26: images[1] is "local"', undefined],
  ['text for a number', `${HEAD}http: { port: eighty }\n`, ':4:15: http.port is "eighty"', undefined],
  ['port too high', `${HEAD}http: { port: 70000 }\n`, ':4:15: http.port is 70000', '65534'],
  ['odd baud rate', `${HEAD}boot: { serialBaud: 115000 }\n`, ':4:21: boot.serialBaud is 115000', '115200'],
  ['yes for true', `${HEAD}boot: { menu: yes }\n`, ':4:15: boot.menu is "yes"', undefined],
  ['no version', HEAD.replace('version: 1\n', ''), ':1:1: version is missing', '1'],
  ['other version', HEAD.replace('1', '2'), ':1:10: version is 2', '1'],
  ['nothing', '', ':1:1: version is missing', '1'],
  ['a list', '- 1\n', ':1:1: the file is [1]', undefined],
  ...[
    ...['.pxectl/serve/http/x', '.pxectl/dashboard-token', '.pxectl', 'secrets/bmc', 'seeds/../secrets', '.'],
    ...['pxectl.yaml', 'pxectl.yaml.bak', '/srv'],
  ].map((seed): (typeof WRONG)[number] => [
    `a private file or folder as a seed, ${seed},`,
    `${HEAD}machines:\n  - { mac: 52:54:00:00:00:01, install: { seed: ${seed} } }\n`,
    `:5:48: machines[0].install.seed is "${seed}"`,
    undefined,
  ]),
  [
    'a secret as the seed of a profile',
    `${HEAD}profiles: { room: { install: { seed: secrets/bmc } } }\n`,
    ':4:38: profiles.room.install.seed is',
    undefined,
  ],
  [
    'a seed with nothing to install',
    `${HEAD}machines:\n  - { mac: 52:54:00:00:00:01, image: local, install: { seed: x } }\n`,
    ':5:62: machines[0].install.seed is "x"',
    undefined,
  ],
];

describe('a wrong value', () => {
  it.each(WRONG)('%s is told with its place and the nearest right value', (_, text, message, suggestion) => {
    const error = errorOf(text);
    expect(error.code).toBe('E_CONFIG_VALUE');
    expect(error.message.slice(OPTIONS.path.length)).toContain(message);
    expect(problemsOf(error)[0]?.suggestion).toBe(suggestion);
    if (suggestion !== undefined) expect(error.next).toBe(`did you mean ${suggestion}?`);
  });

  it('does not hide the next one: all are told, in the order of the file', () => {
    const error = errorOf(
      `version: 1
network: { interface: eno1, address: 192.168.1.50, mode: pxeonly }
machines:
  - mac: nonsense
    image: fedora
colour: red
`,
    );
    expect(problemsOf(error).map((problem) => [problem.line, problem.path])).toEqual([
      [2, 'network.mode'],
      [4, 'machines.0.mac'],
      [5, 'machines.0.image'],
      [6, 'colour'],
    ]);
    expect(error.why).toContain('/srv/lab/pxectl.yaml:6:1: unknown key "colour"');
  });

  it('a key that stands twice is named, with its line', () => {
    const error = errorOf('version: 1\nboot: { menu: true }\nboot: { menu: false }\n');
    expect(error.code).toBe('E_CONFIG_SYNTAX');
    expect(error.message).toBe('/srv/lab/pxectl.yaml:3:1: boot: stands there a second time');
  });

  it.each([
    ['a tab', 'version: 1\n\tnetwork: {}\n', ':2:1:'],
    ['an open bracket', 'version: 1\nimages: [a, b\n', ':3:1:'],
    ['a key twice', `${HEAD}version: 1\n`, ':4:1:'],
  ])('%s is a syntax error with its place', (_, text, place) => {
    const error = errorOf(text);
    expect(error.code).toBe('E_CONFIG_SYNTAX');
    expect(error.message).toContain(place);
  });

  it('a value that holds itself is refused', () => {
    const error = errorOf(`${HEAD}vars: { x: &a [*a] }\n`);
    expect(error).toMatchObject({
      code: 'E_CONFIG_SYNTAX',
      message: expect.stringContaining('holds itself'),
    });
    expect(() => parseConfig(`${HEAD}vars: { x: &a [1], y: *a, z: *a }\n`, OPTIONS)).not.toThrow();
  });

  it('an alias bomb is refused and not unfolded', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(',')}]`,
    );
    expect(errorOf(`l0: &l0 [x]\n${levels.join('\n')}\n`).code).toBe('E_CONFIG_SYNTAX');
  });
});

/** Characters that break a format that the value goes into. */
const BREAKERS = ['\n', '\r', '"', "'", ';', '#', '\u0000', '\u001b', ' ', '\\', '`', '$'];
const PLACES: readonly [string, (value: string) => string, readonly string[]][] = [
  ['network.interface', (v) => HEAD.replace('eno1', v), [',', ...BREAKERS]],
  ['images[2]', (v) => HEAD.replace('debian-12]', `debian-12, ${v}]`), [',', '/', '..', ...BREAKERS]],
  [
    'machines[0].name',
    (v) => `${HEAD}machines: [{ mac: 52:54:00:00:00:01, name: ${v} }]\n`,
    [',', '/', ...BREAKERS],
  ],
  // a comma and a semicolon are part of kernel arguments: console=ttyS0,115200 and ds=nocloud;s=…
  ['boot.arguments[0]', (v) => `${HEAD}boot: { arguments: [${v}] }\n`, BREAKERS.filter((c) => c !== ';')],
];
const CASES = PLACES.flatMap(([place, text, breakers]) => breakers.map((c) => [place, c, text] as const));

describe('a value that would break a generated file', () => {
  it.each(CASES)('%s with %j is refused with its line', (place, character, text) => {
    const error = errorOf(text(JSON.stringify(`a${character}b`)));
    expect(error.code).toBe('E_CONFIG_UNSAFE_VALUE');
    expect(error.message).toMatch(/^\/srv\/lab\/pxectl\.yaml:\d+:\d+: /);
    expect(error.message).toContain(place);
  });

  it.each([';', '||', '&&'])('the argument %s alone would end an iPXE command', (argument) => {
    expect(errorOf(`${HEAD}boot: { arguments: ["${argument}"] }\n`).code).toBe('E_CONFIG_UNSAFE_VALUE');
  });
});

describe('any text at all', () => {
  it('gives a configuration or an error of pxectl', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 300 }), fc.json()), (text) => {
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(PxectlError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

it('the JSON Schema for editors knows every key', () => {
  const schema = configJsonSchema() as { properties: Record<string, unknown>; additionalProperties: boolean };
  expect(Object.keys(schema.properties)).toEqual(
    expect.arrayContaining([
      'version',
      'network',
      'http',
      'engine',
      'images',
      'boot',
      'loaders',
      'machines',
      'mirrors',
      'store',
      ...['metrics', 'notify', 'traces'],
    ]),
  );
  expect(schema.additionalProperties).toBe(false);
});
