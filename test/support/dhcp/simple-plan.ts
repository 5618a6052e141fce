import type { BootPlan } from '../../../src/model/boot-plan.ts';
import type { ClientFacts } from '../../../src/model/client-facts.ts';
import type { Firmware } from '../../../src/model/firmware.ts';
import type { LoaderFamily } from '../../../src/model/loader.ts';
import { firmwareOf } from '../../../src/plan/firmware-of.ts';
import type { Ipv4Address } from '../../../src/protocol/addresses.ts';
import { BYPASS_OPTION43 } from '../../../src/protocol/pxe/option43.ts';

const FILES: Readonly<Partial<Record<Firmware, readonly [LoaderFamily, string]>>> = {
  bios: ['pxelinux', 'pxelinux.0'],
  'uefi-x64': ['ipxe', 'ipxe/snponly-x64.efi'],
  'uefi-arm64': ['ipxe', 'ipxe/snponly-arm64.efi'],
};

/** The least plan that boots something: tests of the DHCP server must not depend on what plan/ decides. */
export function simplePlan(server: Ipv4Address, biosOverIpxe = false): (facts: ClientFacts) => BootPlan {
  return (facts) => {
    const seen = firmwareOf(facts);
    const isBiosRom = biosOverIpxe && facts.architectures.includes(0);
    const firmware = seen === 'ipxe' && isBiosRom ? 'bios' : seen;
    const http = `http://${server}:8080`;
    const [loader, bootFile] =
      FILES[firmware] ??
      (firmware === 'ipxe'
        ? ['ipxe', `${http}/boot.ipxe?mac=${facts.mac}`]
        : firmware === 'uefi-http-x64'
          ? ['ipxe', `${http}/loaders/ipxe/snponly-x64.efi`]
          : [undefined, '']);
    if (loader === undefined) {
      return {
        action: 'ignore',
        firmware,
        reason: 'unknown-architecture',
        detail: `no loader for architecture ${facts.architectures.join(',')}`,
      };
    }
    return {
      action: 'boot',
      firmware,
      stage: firmware === 'ipxe' ? 'second' : 'first',
      loader: loader,
      offer: {
        vendorClass: firmware.startsWith('uefi-http') ? 'HTTPClient' : 'PXEClient',
        nextServer: server,
        serverName: server,
        bootFile: bootFile,
        ...(firmware === 'bios' || firmware === 'ipxe' ? { option43: BYPASS_OPTION43 } : {}),
      },
      because: [],
    };
  };
}
