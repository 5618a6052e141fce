import type { Finding } from '../../../model/finding.ts';
import { addTo, words, type Fix } from '../../../model/fix.ts';
import { isStockIpxe } from '../../analyse/boot-files.ts';
import { firstFileOf, type LeasedFile } from '../client-answers.ts';
import { lintFinding, type LintInput } from '../lint-finding.ts';
import type { PxeConfig } from '../pxe-config.ts';
import { unsetTags } from '../set-tags.ts';

/** iPXE that is given iPXE: nothing tells it apart, or what does has no line that gives it anything else. */
export function ipxeLoop({ config, reader, isWhole }: LintInput): Finding[] {
  const again = isWhole ? givenAgain(config) : undefined;
  if (!again) return [];
  const root = config.tftpRoot?.path.replace(/\/$/, '') ?? '';
  const folder = `${root}/${again.file}`.replace(/\/[^/]*$/, '');
  const scripts = [`${folder}/autoexec.ipxe`, `${root}/autoexec.ipxe`];
  if (scripts.some((path) => reader.exists(path) === true)) return [];
  const canLook = reader.exists(folder) === true;
  const [tag] = config.ipxeTags;
  // that the tag is never set is told already
  if (tag === undefined && unsetTags(config).some((one) => /ipxe/i.test(one.tag))) return [];
  if (tag === undefined)
    return [
      lintFinding('ipxe-loop', [again.at], [], {
        severity: canLook ? 'warning' : 'info',
        title: `nothing tells iPXE from the firmware: without a script inside, ${again.file} loads itself again and again`,
        mends: tellApart(config, again),
      }),
    ];
  return [
    lintFinding('ipxe-loop', [again.at], [], {
      severity: 'warning',
      title: `iPXE has the tag ${tag}, and no line gives it anything else: without a script inside, ${again.file} loads itself again and again`,
      mends: [
        addTo(
          'dnsmasq.conf',
          [`dhcp-boot=tag:${tag},http://ADDRESS:8080/boot.ipxe,,ADDRESS`],
          'give it its script (on a command line behind --):',
        ),
        ...(again.at.key === 'pxe-service'
          ? [words(`and keep it from the first loaders: pxe-service=tag:!${tag},…`)]
          : []),
      ],
    }),
  ];
}

/** The lines that name a loader stay as they are, and are for firmware alone. */
function tellApart(config: PxeConfig, again: LeasedFile): readonly Fix[] {
  const ofOption = again.at.key.startsWith('dhcp-option') ? config.bootFileOptions : [];
  const own = [...ofOption, ...config.services].flatMap(({ at, file }) =>
    file !== undefined && isStockIpxe(file) ? [at.raw.replace('=', '=tag:!ipxe,')] : [],
  );
  return [
    addTo(
      'dnsmasq.conf',
      ['dhcp-match=set:ipxe,175', 'dhcp-boot=tag:ipxe,http://ADDRESS:8080/boot.ipxe,,ADDRESS'],
      'tell iPXE apart and give it a script:',
    ),
    ...(own.length > 0
      ? [addTo('dnsmasq.conf', own, 'and keep it from the first loaders: in the place of these lines')]
      : []),
    words('or put autoexec.ipxe beside the loader'),
  ];
}

/** The build of iPXE that some firmware is given first, and iPXE again. */
function givenAgain(config: PxeConfig): LeasedFile | undefined {
  for (const architecture of [0, 6, 7, 9, 11]) {
    const first = firstFileOf(config, { architecture, isIpxe: false });
    if (first === undefined || !isStockIpxe(first.file)) continue;
    if (firstFileOf(config, { architecture, isIpxe: true })?.file === first.file) return first;
  }
  return undefined;
}
