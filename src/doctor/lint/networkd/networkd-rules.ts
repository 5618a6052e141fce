import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { isEfiName, isStockIpxe, NO_UEFI_HERE, platformOfName } from '../../analyse/boot-files.ts';
import { lintFinding } from '../lint-finding.ts';
import { lastOf, type NetworkdSetting } from './networkd-file.ts';

const SECTION = 'DHCPServer';
const BOOT_KEYS = ['BootServerAddress', 'BootServerName', 'BootFilename'];
const IS_ON = /^(?:yes|true|on|1|y|t)$/i;
const BESIDE =
  'let a boot server that tells machines apart answer beside it, and take BootFilename= out here: dnsmasq as a proxy, or pxectl init';

/** Rules of systemd-networkd's DHCP server (systemd.network(5)): it sends every machine the same boot file. */
export function lintNetworkd(settings: readonly NetworkdSetting[]): readonly Finding[] {
  const file = lastOf(settings, SECTION, 'BootFilename');
  return [
    ...serverIsOff(settings),
    ...unknownKeys(settings),
    ...(file === undefined ? [] : [...oneFileForAll(file), ...withoutServer(settings, file)]),
  ];
}

function serverIsOff(settings: readonly NetworkdSetting[]): readonly Finding[] {
  const at = settings.find(({ section }) => section === SECTION);
  const own = lastOf(settings, 'Network', 'DHCPServer');
  // a drop-in may stand beside the file that switches it on
  const isWhole = settings.some(({ section }) => section === 'Match');
  if (at === undefined || (own === undefined ? !isWhole : IS_ON.test(own.value))) return [];
  return [
    lintFinding('no-dhcp-server', [own ?? at], own ? [{ at: own, lines: ['DHCPServer=yes'] }] : [], {
      title: 'systemd-networkd leases nothing: DHCPServer= is not switched on in [Network]',
      cause: 'The section [DHCPServer] alone starts no server.',
      ...(own ? {} : { mends: [words('write DHCPServer=yes into the section [Network]')] }),
    }),
  ];
}

/** Case counts in names: BootFileName= is passed over with a warning in the journal. */
function unknownKeys(settings: readonly NetworkdSetting[]): readonly Finding[] {
  const odd = settings.filter(
    ({ section, key }) =>
      section === SECTION && /boot|filename|nextserver|tftp/i.test(key) && !BOOT_KEYS.includes(key),
  );
  return odd.map((at) => {
    const meant = BOOT_KEYS.find((key) => key.toLowerCase() === at.key.toLowerCase());
    return lintFinding(
      'config-option-unknown',
      [at],
      meant === undefined ? [] : [{ at, lines: [`${meant}=${at.value}`] }],
      {
        severity: 'error',
        title: `[DHCPServer] has no ${at.key}=${meant === undefined ? '' : `; it is ${meant}=`}`,
        cause: 'systemd-networkd says "Unknown key" in its journal, and goes on without the line.',
        ...(meant === undefined
          ? { mends: [words(`it has ${BOOT_KEYS.map((key) => `${key}=`).join(', ')}, since systemd 251`)] }
          : {}),
      },
    );
  });
}

function oneFileForAll(at: NetworkdSetting): readonly Finding[] {
  const name = at.value;
  if (/^https?:\/\//i.test(name))
    return [
      lintFinding('url-as-pxe-file', [at], [], {
        severity: 'warning',
        title: `${name} is sent to every machine: PXE firmware takes it for the name of a TFTP file`,
        mends: [words(`iPXE alone can load it; ${BESIDE}`)],
      }),
    ];
  const platform = platformOfName(name);
  if (platform === 'bios')
    return [
      lintFinding('no-boot-service-for-arch', [at], [], {
        severity: 'warning',
        title: `64-bit x86 UEFI (arch 7) is given ${name}, as every machine is`,
        cause: `UEFI firmware runs EFI programs (.efi) of its own CPU only, and systemd-networkd does not tell UEFI from BIOS. ${NO_UEFI_HERE}`,
        mends: [words(BESIDE)],
      }),
    ];
  return isEfiName(name)
    ? [
        lintFinding('loader-arch-mismatch', [at], [], {
          severity: 'info',
          title: `BIOS machines are given ${name} too, and cannot run it`,
          cause: 'systemd-networkd does not tell UEFI from BIOS.',
          mends: [
            words(`where no BIOS machine boots from this server, nothing is to be done; else ${BESIDE}`),
          ],
        }),
      ]
    : [];
}

function withoutServer(settings: readonly NetworkdSetting[], at: NetworkdSetting): readonly Finding[] {
  if (at.value.includes('://') || lastOf(settings, SECTION, 'BootServerAddress') !== undefined) return [];
  const name = lastOf(settings, SECTION, 'BootServerName');
  return [
    lintFinding('wrong-server-address', [at], [], {
      // UEFI asks the server of option 66 or the DHCP server itself, and iPXE goes on over HTTP
      severity: name !== undefined || isStockIpxe(at.value) ? 'warning' : 'error',
      title: `${at.value} has no server: there is no BootServerAddress=`,
      cause: `systemd-networkd then sends 0.0.0.0 as the next server${name === undefined ? '' : ` and ${name.value} as option 66, which some firmware reads`}. pxelinux, GRUB and iPXE ask 0.0.0.0 for everything else, and find no configuration.`,
      mends: [words('write BootServerAddress=ADDRESS of the TFTP server into [DHCPServer]')],
    }),
  ];
}
