import { z } from 'zod';
import { ENGINE_CHOICES, NETWORK_MODES, UNKNOWN_CHOICES } from './config.ts';
import { CONFIG_SCHEMA_ADDRESS } from './documentation.ts';
import { LOADER_PLATFORMS } from './firmware.ts';
import { BOOT_MODES, POWER_TYPES } from './power.ts';
import { DASHBOARD_REACHES, NOTICES } from './reporting.ts';

const text = z.string().min(1);
const port = z.int().min(1).max(65_534);

/** Baud rates that a first serial port is commonly set to. */
export const SERIAL_BAUDS = [9600, 19200, 38400, 57600, 115200] as const;

const network = z.strictObject({
  interface: text.describe(
    'network interface on which machines boot, eno1; auto: where the default route goes',
  ),
  address: text.describe(
    'IPv4 address of this interface, 192.168.1.50 or 192.168.1.50/24; auto: the one it has',
  ),
  prefix: z.int().min(8).max(30).optional().describe('prefix length of the network; 24 unless given'),
  mode: z
    .enum(NETWORK_MODES)
    .optional()
    .describe(
      'proxy: beside the router; pxe-only: short leases for PXE clients alone; full: the only DHCP server',
    ),
  range: text.optional().describe('FIRST-LAST: addresses that pxe-only and full lease'),
  router: text.optional().describe('router that leases of pxe-only and full name'),
  nameServers: z.array(text).optional().describe('name servers that leases of pxe-only and full name'),
  relayed: z
    .array(text)
    .optional()
    .describe('networks behind DHCP relays whose clients are answered too, 10.2.0.0/24; mode proxy alone'),
});

const install = z.strictObject({
  seed: text.describe('preseed, user-data or kickstart file, relative to this file'),
  once: z
    .boolean()
    .optional()
    .describe('false: pxectl machines arm --always may let every boot install; true unless given'),
});

const loaders = z.strictObject({
  bios: z
    .enum(['auto', 'pxelinux', 'ipxe'])
    .optional()
    .describe('what BIOS machines load first; auto unless given'),
  uefi: z
    .enum(['auto', 'ipxe', 'grub'])
    .optional()
    .describe('what UEFI machines load first; auto: iPXE, and shim with GRUB where secureBoot is true'),
});

const vars = z
  .record(text, z.json())
  .describe('values for seeds; machine over profile over global, key by key');

const power = z
  .strictObject({
    type: z.enum(POWER_TYPES).optional().describe('Wake-on-LAN, or a management controller'),
    host: text.optional().describe('name or address of the controller, host:port where the port is unusual'),
    user: text.optional().describe('who logs in there'),
    secret: text.optional().describe('name of the secret with the password (wol: of SecureOn)'),
    boot: z
      .enum(BOOT_MODES)
      .optional()
      .describe('how it boots from the network once; uefi unless given; uefi-http with redfish'),
    fingerprint: text.optional().describe('redfish: SHA-256 of its TLS certificate, which is then trusted'),
    ca: text.optional().describe('redfish: file with the certificate that signed its own'),
    system: text.optional().describe('redfish: Id of the system, where it has several'),
    mac: text.optional().describe('wol: another than that of the machine'),
    address: text.optional().describe('wol: broadcast address of another network, or a relay'),
  })
  .describe('how the machine is switched on and off; machine over profile, key by key');

/** What a machine, or all machines of a profile, can say. */
const settings = {
  image: text.optional().describe('one of images, or local for the own disk'),
  install: install.optional(),
  secureBoot: z.boolean().optional().describe('true: its firmware runs signed loaders only'),
  arguments: z.array(text).optional().describe('extra kernel arguments'),
  loaders: loaders.optional(),
  vars: vars.optional(),
  power: power.optional(),
};

/** One word or several. */
const words = z.union([text, z.array(text)], { error: 'it must be text, or a list of texts' });

const match = z
  .strictObject({
    mac: words.optional().describe('first bytes of MAC addresses, f4:4d:30'),
    vendorClass: words.optional().describe('a part of option 60'),
    architecture: words.optional().describe(LOADER_PLATFORMS.join(', ')),
    subnet: words.optional().describe('our own network, or one of network.relayed'),
  })
  .describe('which clients that are no machine it takes; of several profiles the first in the file');

const profile = z.strictObject({ ...settings, match: match.optional() });

export const machineFileSchema = z.strictObject({
  mac: text.optional().describe('MAC address in any spelling'),
  uuid: text.optional().describe('UUID of SMBIOS, in either byte order'),
  relayed: z
    .boolean()
    .optional()
    .describe('it boots behind a relay of network.relayed, where its token alone is known'),
  serial: text.optional().describe('SMBIOS serial number, as iPXE and dmidecode show it'),
  name: text.optional().describe('what it is called'),
  profile: text.optional().describe('one of profiles: what the machine does not say comes from there'),
  ...settings,
});

/** pxectl.yaml as it is written, before defaults. Every key is known: an unknown one is a mistake. */
export const configFileSchema = z.strictObject({
  version: z.literal(1).describe('version of this file; always 1'),
  network: network.describe('where machines are, and how they are answered'),
  http: z
    .strictObject({
      port: port.optional().describe('TCP port for kernels, images and seeds; 8080 unless given'),
    })
    .optional(),
  engine: z
    .enum(ENGINE_CHOICES)
    .optional()
    .describe('what answers machines; auto, unless given: the first that works here'),
  images: z.array(text).optional().describe('image ids, see pxectl images --available'),
  boot: z
    .strictObject({
      default: text.optional().describe('image id, or local for the own disk'),
      menu: z.boolean().optional().describe('false: the default boots at once; true unless given'),
      timeoutSeconds: z
        .int()
        .min(0)
        .max(3600)
        .optional()
        .describe('how long the menu waits; 0 for ever; 10 unless given'),
      unknown: z
        .enum(UNKNOWN_CHOICES)
        .optional()
        .describe('clients that are no machine: menu (as all), hold until adopted, local disk, or no answer'),
      arguments: z.array(text).optional().describe('extra kernel arguments for every machine'),
      serialBaud: z
        .literal(SERIAL_BAUDS)
        .optional()
        .describe('loaders and kernels talk on the first serial port too'),
    })
    .optional(),
  loaders: loaders.optional(),
  vars: vars.optional(),
  profiles: z
    .record(text, profile)
    .optional()
    .describe('NAME: what the machines that name it are booted with'),
  machines: z
    .array(machineFileSchema)
    .optional()
    .describe('machines with an image, an install or settings of their own, known by mac, uuid or serial'),
  dashboard: z
    .union(
      [
        z.literal('off'),
        z.strictObject({
          listen: z
            .enum(DASHBOARD_REACHES)
            .optional()
            .describe(
              'loopback: this computer alone, unless given; lan: who reaches network.address looks, too',
            ),
          port: port
            .optional()
            .describe('http.port on loopback, and the one after it on the LAN, unless given'),
          names: z
            .array(text)
            .max(20)
            .optional()
            .describe('names that it is asked for by, beside addresses: pxe.example.org'),
        }),
      ],
      { error: 'it must be off, or a map with listen, port and names' },
    )
    .optional()
    .describe('pages that show what a running pxectl does'),
  metrics: z
    .strictObject({
      listen: text.describe('ADDRESS:PORT where /metrics is served, 127.0.0.1:9469'),
      allow: z.array(text).optional().describe('who may read beside this computer: addresses and networks'),
    })
    .optional()
    .describe('numbers for Prometheus; none are served unless given'),
  notify: z
    .array(
      z.strictObject({
        url: text.describe('receives a POST with JSON'),
        secret: text.optional().describe('name of the secret that it is signed with (HMAC-SHA256)'),
        on: z.array(z.enum(NOTICES)).optional().describe('all unless given'),
      }),
    )
    .max(20)
    .optional()
    .describe('webhooks that are told of boots that fail, installs that end, machines nobody knows'),
  traces: z
    .strictObject({ endpoint: text.describe('OTLP over HTTP, http://127.0.0.1:4318') })
    .optional()
    .describe('where the spans of boots go (OpenTelemetry)'),
  store: text
    .optional()
    .describe('where projects share the files of images: shared (unless given), off, or a folder'),
  mirrors: z.record(text, text).optional().describe('URL prefix: URL that replaces it'),
  engineOptions: z
    .strictObject({
      docker: z
        .strictObject({
          image: text.optional().describe('a ready image instead of the one that pxectl builds'),
          buildFromHost: z
            .boolean()
            .optional()
            .describe('true: make the image of the dnsmasq and nginx of this computer'),
        })
        .optional(),
    })
    .optional(),
});

/** pxectl.yaml as it is written. */
export type ConfigFile = z.infer<typeof configFileSchema>;

/** What a machine or a profile says, as it is written. */
export type SettingsFile = Omit<z.infer<typeof profile>, 'match'>;
export type PowerFile = z.infer<typeof power>;
export type MatchFile = z.infer<typeof match>;
export type MachineFile = z.infer<typeof machineFileSchema>;

/** The JSON Schema of pxectl.yaml, for editors; in the draft that all of them read. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configFileSchema, { target: 'draft-7' });
  return { $id: CONFIG_SCHEMA_ADDRESS, title: 'pxectl.yaml', ...schema };
}

/** The keys that are allowed at a path of pxectl.yaml; none when the path leads to no map with fixed keys. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  let schema: z.ZodType = configFileSchema;
  for (const step of path) {
    schema = unwrap(schema);
    if (schema instanceof z.ZodObject) {
      const next = (schema.shape as Record<string, z.ZodType>)[String(step)];
      if (next === undefined) return [];
      schema = next;
    } else if (schema instanceof z.ZodArray) {
      schema = schema.element as z.ZodType;
    } else if (schema instanceof z.ZodRecord) {
      schema = schema.valueType as z.ZodType;
    } else {
      return [];
    }
  }
  schema = unwrap(schema);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function unwrap(schema: z.ZodType): z.ZodType {
  const inner = schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
  // a word or a map: the keys are those of the map
  const maps = inner instanceof z.ZodUnion ? inner.options.filter((one) => one instanceof z.ZodObject) : [];
  return maps[0] ?? inner;
}
