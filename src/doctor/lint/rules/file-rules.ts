import type { Finding } from '../../../model/finding.ts';
import { command, words } from '../../../model/fix.ts';
import { lintFinding, type LintInput } from '../lint-finding.ts';
import { ipxeLoop } from './ipxe-loop-rules.ts';
import { lintServerNames } from './server-name-rules.ts';
import { misspeltLoaders } from './misspelt-loader-rules.ts';
import { isUnusedName } from './service-rules.ts';
import type { ConfLine } from '../conf-line.ts';

/** The files that clients are sent to: are they there, and does somebody serve them? */
export function lintBootFiles(input: LintInput): Finding[] {
  return [
    ...missingFiles(input),
    ...misspeltLoaders(input),
    ...unservedFiles(input),
    ...ipxeLoop(input),
    ...missingAddresses(input),
    ...lintServerNames(input),
  ];
}

interface NamedFile {
  readonly at: ConfLine;
  readonly file: string;
  readonly server: string | undefined;
  /** as written, before dnsmasq appends `.0` */
  readonly isSuffixed: boolean;
}

function namedFiles({ config }: LintInput): readonly NamedFile[] {
  const services = config.services.flatMap((service): NamedFile[] => {
    if (service.file === undefined || isUnusedName(service.file)) return [];
    const isSuffixed = !service.file.includes('.');
    return [
      {
        at: service.at,
        file: isSuffixed ? `${service.file}.0` : service.file,
        server: service.server,
        isSuffixed,
      },
    ];
  });
  const boots = config.boots
    .filter((boot) => boot.file !== '' && !boot.file.includes('://'))
    .map((boot): NamedFile => ({ at: boot.at, file: boot.file, server: boot.address, isSuffixed: false }));
  return [...services, ...boots];
}

function missingFiles(input: LintInput): Finding[] {
  const { config, reader } = input;
  if (!config.tftpRoot || !config.hasTftp) return [];
  const root = config.tftpRoot.path.replace(/\/$/, '');
  if (reader.exists(root) === false) {
    return [
      lintFinding('loader-missing', [config.tftpRoot.at], [], {
        title: `the TFTP root ${root} does not exist`,
        cause: 'dnsmasq does not start, or finds no file.',
        mends: [command(`sudo mkdir -p ${root}`)],
      }),
    ];
  }
  const named = namedFiles(input);
  const once = named.filter((one, index) => named.findIndex((other) => other.file === one.file) === index);
  return once.flatMap(({ at, file, isSuffixed }) => {
    const path = file.startsWith(`${root}/`) ? file : `${root}/${file.replace(/^\/+/, '')}`;
    if (reader.exists(path) !== false) return [];
    const folder = path.slice(0, path.lastIndexOf('/'));
    const near = reader
      .list(folder)
      ?.find((name) => name.toLowerCase() === path.slice(folder.length + 1).toLowerCase());
    const unsuffixed = isSuffixed ? path.slice(0, -2) : undefined;
    const hint =
      near !== undefined
        ? ` There is ${near}: TFTP names are case-sensitive.`
        : unsuffixed !== undefined && reader.exists(unsuffixed) === true
          ? ' dnsmasq appends ".0" to a name without a dot.'
          : '';
    return [
      lintFinding('loader-missing', [at], [], {
        title: `${file} is not in the TFTP root ${root}`,
        cause: `The client will be told to load it, and TFTP answers "not found" (PXE-E23, PXE-T01).${hint}`,
        mends: [words(`put the file there: ${path}`)],
      }),
    ];
  });
}

function unservedFiles(input: LintInput): Finding[] {
  const { config, isWhole } = input;
  if (!isWhole) return [];
  if (config.hasTftp) {
    if (config.tftpRoot) return [];
    const at = config.line('enable-tftp');
    return at
      ? [
          lintFinding('tftp-not-served', [at], [], {
            severity: 'warning',
            title: 'enable-tftp without tftp-root serves the whole file system',
            cause:
              'Without tftp-root dnsmasq looks for the files from / on, and gives out anything that is readable for all.',
            mends: [
              words(
                'name the folder of the boot files: tftp-root=FOLDER; the names of the files then begin there',
              ),
            ],
          }),
        ]
      : [];
  }
  const own = namedFiles(input).find((named) => named.server === undefined);
  if (!own) return [];
  // tftpd-hpa, atftpd or a NAS may serve the files: dnsmasq needs to know nothing of it
  return [
    lintFinding('tftp-not-served', [own.at], [], {
      severity: 'warning',
      title: `dnsmasq serves no TFTP: another program of this server must have ${own.file}`,
      mends: [
        words('where another TFTP server runs on this host, nothing is to be done'),
        words('else let dnsmasq serve it: enable-tftp and tftp-root=FOLDER'),
      ],
    }),
  ];
}

/** In proxy mode dnsmasq leaves the next server empty without an address, and iPXE passes such an answer over. */
function missingAddresses({ config }: LintInput): Finding[] {
  if (!config.ranges.some((range) => range.isProxy)) return [];
  return config.boots.flatMap((boot) => {
    const isForIpxe = boot.tags.some((tag) => config.ipxeTags.includes(tag));
    if (!isForIpxe || boot.address !== undefined) return [];
    // the host of the script's URL is the server; else the address that other lines name
    const own =
      /^\w+:\/\/(\d+(?:\.\d+){3})[:/]/.exec(boot.file)?.[1] ??
      config.boots.find((other) => other.address !== undefined)?.address ??
      config.services.find((service) => service.server !== undefined)?.server;
    const line = boot.at.raw.replace(/(?<!,),+$/, '');
    const suffix = boot.serverName === undefined ? ',,' : ',';
    return [
      lintFinding(
        'wrong-server-address',
        [boot.at],
        own === undefined ? [] : [{ at: boot.at, lines: [`${line}${suffix}${own}`] }],
        {
          title: 'dhcp-boot for iPXE without an address',
          cause:
            'dnsmasq as proxy then leaves the next server 0.0.0.0, and iPXE passes the answer over: "Nothing to boot".',
          ...(own === undefined
            ? { mends: [words(`add this server's address at the end: ${line}${suffix}ADDRESS`)] }
            : {}),
        },
      ),
    ];
  });
}
