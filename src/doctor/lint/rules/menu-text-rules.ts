import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { lintFinding } from '../lint-finding.ts';
import type { PxeConfig, PxeService } from '../pxe-config.ts';

/** pxe-service=x86PC,FILE: what is meant as the file is the text of the menu, and the item boots the local disk. */
export function filesAsMenuText({ services }: PxeConfig): Finding[] {
  return services.filter(isFileAsText).map((service) => {
    const { at, menuText } = service;
    const isUrl = menuText.includes('://');
    const corrected = at.raw.replace(menuText, `"Network boot",${menuText}`);
    return lintFinding('local-boot-menu-item', [at], isUrl ? [] : [{ at, lines: [corrected] }], {
      title: `${menuText} stands where the text of the menu belongs: the item has no file and boots the local disk`,
      cause:
        'pxe-service takes the architecture, a text for the menu and then the file; without a file the item is the local disk.',
      ...(isUrl
        ? {
            mends: [
              words(
                `take the line out, and give the address to iPXE, which alone can load it: dhcp-boot=tag:ipxe,${menuText}`,
              ),
            ],
          }
        : {}),
    });
  });
}

/** Whether the text of an item is the name of a file or an address. */
export function isFileAsText({ file, serverType, menuText }: PxeService): boolean {
  const isName = /^\S+\.(?:efi|0|kpxe|kkpxe|pxe|ipxe|lkrn)$|^\w+:\/\/\S+$/i.test(menuText);
  return file === undefined && serverType === undefined && isName;
}
