import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { makeFinding } from '../../finding-catalogue.ts';
import { lineEdit, lineEvidence, type BootScriptInput } from '../script-lines.ts';

/** Rules of systems that live in memory: where their root comes from. */
export function liveSystems(input: BootScriptInput, lines: readonly string[]): readonly Finding[] {
  return [...coreosWithoutRoot(input, lines), ...disksOfFirmware(input, lines)];
}

/** Fedora CoreOS since 33 and RHEL CoreOS since 4.6 have their root in a third file; image_url is the older installer's. */
function coreosWithoutRoot({ path, text, kind }: BootScriptInput, lines: readonly string[]): Finding[] {
  if (/coreos\.live\.rootfs_url=|rootfs|coreos\.inst\.image_url=/.test(text)) return [];
  return lines.flatMap((raw, index) => {
    const isKernelLine = /^\s*(?:append|kernel|linux(?:efi|16)?|imgargs|set)\s/i.test(raw);
    if (!isKernelLine || !/\scoreos\.(?:inst\.|autologin)/.test(raw)) return [];
    const argument = 'coreos.live.rootfs_url=http://ADDRESS/live-rootfs.img';
    return [
      makeFinding('coreos-root-missing', [lineEvidence(path, index, raw)], {
        mends:
          kind === 'pxelinux'
            ? [
                words(
                  `add ${argument} to the APPEND line, or name the file behind the initramfs: initrd=INITRAMFS,ROOTFS`,
                ),
              ]
            : [words(`add ${argument} to the kernel line, or load the file as a second initrd`)],
      }),
    ];
  });
}

/** A disk or CD image that the firmware reads over HTTP is gone as soon as a system has drivers of its own. */
function disksOfFirmware({ path, kind }: BootScriptInput, lines: readonly string[]): Finding[] {
  if (kind !== 'ipxe') return [];
  return lines.flatMap((raw, index) => {
    const url = /^\s*sanboot\s+(?:-\S+\s+(?:0x\w+\s+)?)*(\S+)/.exec(raw)?.[1];
    if (url === undefined || !/^(?:https?|ftp):|\.iso\b/i.test(url)) return [];
    const isWindows = /win|wpe|sources|boot\.wim/i.test(url);
    return [
      makeFinding('san-image-lost', [lineEvidence(path, index, raw)], {
        ...(isWindows ? { title: `Windows loses the disk ${url} as soon as it has drivers of its own` } : {}),
        mends: isWindows
          ? [
              words(
                'start Windows PE with wimboot: kernel wimboot, then initrd for BCD, boot.sdi and boot.wim out of the image',
              ),
            ]
          : [words('load kernel and initrd out of the image, and give the system the URL of its root')],
      }),
      ...endlessLoop(path, index, raw, lines),
    ];
  });
}

/** `sanboot … || goto LABEL` with LABEL above it and nothing between that waits or counts. */
function endlessLoop(path: string, index: number, raw: string, lines: readonly string[]): Finding[] {
  const label = /\|\|\s*goto\s+(\S+)/.exec(raw)?.[1];
  const at = label === undefined ? -1 : lines.findIndex((line) => line.trim() === `:${label}`);
  const between = lines.slice(at, index);
  if (at < 0 || at > index || between.some((line) => /^\s*(?:prompt|sleep|inc|choose|shell)\b/.test(line)))
    return [];
  return [
    makeFinding('boot-loop', [lineEvidence(path, index, raw)], {
      severity: 'info',
      title: `the script tries again for ever: it goes back to :${label ?? ''} and never shows what failed`,
      cause: 'Nothing between the label and the jump back waits, counts or asks.',
      mends: [lineEdit(path, index, raw, [raw.trim().replace(/\|\|\s*goto\s+\S+/, '|| shell')])],
    }),
  ];
}
