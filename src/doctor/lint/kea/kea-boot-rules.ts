import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { fitsFirmware, isEfiName, isStockIpxe, platformOfName } from '../../analyse/boot-files.ts';
import { whatNoFirmwareRuns } from '../../analyse/no-programs.ts';
import { CLIENTS, unfitWords } from '../dhcpd/firmware-rules.ts';
import { lintFinding } from '../lint-finding.ts';
import { noProgram } from '../rules/no-program-rules.ts';
import { answerIn, type KeaAnswer, type KeaModel, type KeaSubnet, type LineAt } from './kea-answers.ts';

interface BootRules {
  readonly findings: readonly Finding[];
  readonly unknownLines: readonly number[];
}

/** Who is given which boot file, in each subnet; without one, by the classes alone. */
export function bootRules(model: KeaModel, at: LineAt, isWhole: boolean): BootRules {
  const networks: readonly Pick<KeaSubnet, 'scopes'>[] =
    model.subnets.length > 0 ? model.subnets : [{ scopes: [model.global] }];
  const perNetwork = networks.map((network) =>
    CLIENTS.map(([architecture]) => ({
      firmware: answerIn(model, network, { architecture, isIpxe: false }),
      ipxe: answerIn(model, network, { architecture, isIpxe: true }),
    })),
  );
  const all = perNetwork.flat();
  const unknown = new Set(all.flatMap(({ firmware, ipxe }) => [...firmware.unknown, ...ipxe.unknown]));
  const isSure = isWhole && unknown.size === 0 && model.subnets.length > 0;
  const files = [model.global, ...model.classes, ...model.subnets.flatMap(({ scopes }) => scopes)];
  const namesEfi = files.some(({ field, option67 }) => isEfiName((field ?? option67)?.text ?? ''));
  const isIpxeTold = model.classes.some(({ test }) => /iPXE|gPXE|option\[175\]/.test(test?.text ?? ''));
  // who wrote it as an option meant to say it
  const isMisplaced = model.optionNames.some(({ text }) => text === 'next-server');
  const findings = perNetwork.flatMap((asked) => [
    ...unfit(
      asked.map(({ firmware }) => firmware),
      at,
      { isSure, namesEfi, isIpxeTold },
    ),
    ...loop(model, asked, at),
    ...(isWhole && model.subnets.length > 0 && !isMisplaced
      ? withoutServer(
          asked.map(({ firmware }) => firmware),
          at,
        )
      : []),
  ]);
  const told = new Set<string>();
  return {
    findings: findings.filter(({ title, evidence }) => {
      const key = `${title} ${evidence[0]?.source ?? ''}`;
      return !told.has(key) && told.add(key);
    }),
    unknownLines: [...unknown].map(({ test, line }) => test?.line ?? line),
  };
}

function unfit(
  answers: readonly KeaAnswer[],
  at: LineAt,
  {
    isSure,
    namesEfi,
    isIpxeTold,
  }: { readonly isSure: boolean; readonly namesEfi: boolean; readonly isIpxeTold: boolean },
): readonly Finding[] {
  const named = answers.find(({ file }) => file !== undefined)?.file;
  // a subnet in which nobody boots
  if (named === undefined) return [];
  const isMeant = namesEfi || answers.some(({ file }) => file?.line !== answers[0]?.file?.line);
  const findings: Finding[] = [];
  const told = new Set<string>();
  CLIENTS.forEach((client, index) => {
    const [code, firmware] = client;
    const { file, unknown = [] } = answers[index] ?? {};
    if (unknown.length > 0 || (file === undefined && (!isSure || code === 0))) return;
    if (file !== undefined && whatNoFirmwareRuns(file.text) !== undefined) {
      const isTold = told.has(file.text);
      told.add(file.text);
      if (!isTold) findings.push(noProgram(at(file.line), file.text, isIpxeTold));
      return;
    }
    const platform = file === undefined ? undefined : platformOfName(file.text);
    if (file !== undefined && (platform === undefined || fitsFirmware(platform, firmware) !== false)) return;
    const key = `${firmware} ${file?.line ?? ''}`;
    if (told.has(key)) return;
    told.add(key);
    findings.push(
      lintFinding(
        code === 0 ? 'loader-arch-mismatch' : 'no-boot-service-for-arch',
        [at((file ?? named).line)],
        [],
        {
          ...unfitWords(client, file?.text, isMeant),
          mends: [
            words(
              `give this architecture a class of its own, in client-classes: { "name": "arch-${code}", "test": "option[93].hex == 0x000${code}", "boot-file-name": "…" }`,
            ),
          ],
        },
      ),
    );
  });
  return findings;
}

/** iPXE that is given iPXE. */
function loop(
  model: KeaModel,
  asked: readonly { readonly firmware: KeaAnswer; readonly ipxe: KeaAnswer }[],
  at: LineAt,
): readonly Finding[] {
  const again = asked.find(
    ({ firmware, ipxe }) =>
      ipxe.unknown.length === 0 &&
      firmware.file !== undefined &&
      isStockIpxe(firmware.file.text) &&
      ipxe.file?.text === firmware.file.text,
  );
  if (again?.firmware.file === undefined) return [];
  const { text: file, line } = again.firmware.file;
  const first = model.classes.find((one) => (one.field ?? one.option67)?.line === line);
  const script = model.classes.find(
    ({ test, field, option67 }) =>
      (field ?? option67) !== undefined &&
      /iPXE|gPXE|option\[(?:175|77|user-class)\]/i.test(test?.text ?? '') &&
      !/\bnot\b/.test(test?.text ?? ''),
  );
  if (first && script)
    return [
      lintFinding('ipxe-loop', [at(first.line), at(script.line)], [], {
        title: `class ${first.name} comes before ${script.name}: iPXE is given ${file} again and again`,
        cause: `iPXE is in both classes, and of several classes the first that has a boot-file-name counts in Kea: it never gets ${(script.field ?? script.option67)?.text ?? ''}.`,
        mends: [
          words(`put class ${script.name} before all classes that name a boot file for firmware`),
          words(
            `or leave iPXE out of ${first.name}: add "and not member('${script.name}')" to its test, which needs ${script.name} to stand before it too`,
          ),
        ],
      }),
    ];
  return [
    lintFinding('ipxe-loop', [at(line)], [], {
      severity: 'info',
      title: `nothing tells iPXE from the firmware: without a script inside, ${file} loads itself again and again`,
      mends: [
        words(
          `give iPXE a script, in the first of client-classes: { "name": "ipxe", "test": "option[77].hex == 'iPXE'", "boot-file-name": "http://ADDRESS:8080/boot.ipxe" }`,
        ),
      ],
    }),
  ];
}

function withoutServer(answers: readonly KeaAnswer[], at: LineAt): readonly Finding[] {
  const alone = answers.find(
    ({ file, nextServer, unknown }) =>
      unknown.length === 0 && file !== undefined && !file.text.includes('://') && nextServer === undefined,
  );
  if (alone?.file === undefined) return [];
  return [
    lintFinding('wrong-server-address', [at(alone.file.line)], [], {
      // UEFI asks the DHCP server then, and iPXE goes on over HTTP
      ...(isStockIpxe(alone.file.text) ? { severity: 'warning' as const } : {}),
      title: `${alone.file.text} has no server: there is no next-server`,
      cause:
        'Kea then sends 0.0.0.0 as the next server. Some firmware asks the DHCP server for the file itself; pxelinux, GRUB and iPXE then ask 0.0.0.0 for everything else, and find no configuration.',
      mends: [
        words(
          'write beside it, in the subnet or class, with the address of the TFTP server: "next-server": "ADDRESS"',
        ),
      ],
    }),
  ];
}
