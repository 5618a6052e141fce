import type { Finding } from '../../../model/finding.ts';
import { addTo, command, words, type Fix } from '../../../model/fix.ts';
import { UNSPECIFIED_IPV4 } from '../../../protocol/addresses.ts';
import { architectureOf } from '../../../protocol/pxe/architectures.ts';
import { fitsFirmware, platformOfName } from '../boot-files.ts';
import { bootFileOf, phaseName, type Phase, type ReplySeen } from '../observation.ts';
import {
  bootAnswerOf,
  clientFinding,
  isWaitedFor,
  isBootOffer,
  quotesOf,
  seesTransfers,
  silenceMsAfter,
  wentOn,
  type PhaseContext,
} from '../phase-context.ts';
import { decideMenu, isNoServiceAnswer } from '../simulate/edk2-menu.ts';
import { httpBootTakes, ipxeTakes } from '../simulate/second-stage.ts';

/** Programs that find their next server in another way than firmware does. */
const BY_OTHER_RULES: ReadonlySet<string> = new Set(['ipxe', 'system', 'raspberry-pi']);

/** Is the boot server's answer one that this firmware can boot from? The worst thing about it, once. */
export function judgeAnswer(context: PhaseContext): readonly Finding[] {
  const { phase } = context;
  if (phase.firmware === 'system' || phase.firmware === 'raspberry-pi') return [];
  const answer = bootAnswerOf(phase);
  if (!answer) return [];
  if (phase.firmware === 'ipxe') return judgeForIpxe(context, answer);
  if (phase.firmware.startsWith('uefi-http')) return [];
  const isFinal = answer.port === 4011 || answer.option43 !== undefined || phase.firmware === 'bios';
  const findings =
    phase.firmware !== 'bios' && isNoServiceAnswer(answer.option43)
      ? [noBootService(context, answer)]
      : isFinal
        ? judgeMenu(context, answer)
        : [];
  return findings.length > 0 ? findings : judgeFile(context, answer);
}

/** The user's own failure: a UEFI client, and dnsmasq has no pxe-service line for its architecture. */
function noBootService(context: PhaseContext, answer: ReplySeen): Finding {
  const { phase, observations } = context;
  const file = bootFileOf(answer) ?? firstFile(phase);
  const platform = file === undefined ? undefined : platformOfName(file);
  const isWrongProgram = platform !== undefined && fitsFirmware(platform, phase.firmware) === false;
  const arch = architectureText(phase);
  const fetched = phase.tftp.find((read) => read.outcome === 'done' && read.path.endsWith(file ?? '\0'));
  const given =
    file === undefined
      ? `${capital(phaseName(phase))} (${arch}) was given no boot program.`
      : `${capital(phaseName(phase))} (${arch}) was given ${isWrongProgram ? 'the BIOS program ' : ''}${file}.`;
  const meaning =
    `dnsmasq has no pxe-service line for ${arch}: that is what the option 43 bytes 06:01:08… in the answer from port 4011 mean ` +
    '(a prompt, and a menu without items).';
  const transfersSeen = seesTransfers(observations);
  const outcome = fetched
    ? `This firmware skips the menu and loads ${file ?? 'the file'} all the same${isWrongProgram ? ', then drops it, since it is no EFI program' : ''}; other firmware cancels here (PXE-E21).`
    : `The firmware takes that for "boot from the local disk" and cancels (PXE-E21)${transfersSeen && phase.tftp.length === 0 ? '; no TFTP request follows' : ''}.`;
  const works = fetched !== undefined && !isWrongProgram && wentFurther(context);
  return clientFinding(context, 'no-boot-service-for-arch', quotesWithFile(phase, answer), {
    severity: works ? 'warning' : 'error',
    title: isWrongProgram
      ? `${phaseName(phase)} was given the BIOS program ${file ?? ''}, and dnsmasq has nothing for ${arch}`
      : `dnsmasq has no boot program for ${phaseName(phase)} (${arch})`,
    cause: [given, meaning, outcome].join(' '),
    mends: serviceMends(context),
    codes: ['PXE-E21'],
  });
}

/** Lines for dnsmasq.conf, and the pxectl way. */
function serviceMends({ phase, observations }: PhaseContext): readonly Fix[] {
  const { tftpRoot, interfaceName, address, servesTftp } = observations.server;
  // a bare file name makes dnsmasq itself the TFTP server
  const elsewhere = servesTftp === true || address === undefined ? '' : `,${address}`;
  const isX64 = phase.firmware === 'uefi-x64';
  const file =
    isX64 || phase.firmware === 'unknown'
      ? 'ipxe.efi'
      : phase.firmware === 'uefi-arm64'
        ? 'ipxe-arm64.efi'
        : 'ipxe-ia32.efi';
  const names = isX64 ? ['X86-64_EFI', 'BC_EFI'] : [serviceName(phase)];
  const place = `${tftpRoot?.replace(/\/$/, '') ?? 'TFTP-ROOT'}/${file}`;
  const copies = isX64
    ? [
        command('sudo apt-get install ipxe', 'put the program there; on Debian and Ubuntu'),
        command(`sudo cp /usr/lib/ipxe/snponly.efi ${place}`),
      ]
    : [words(`put the program there: an EFI program for this CPU as ${place}`)];
  return [
    addTo(
      'dnsmasq.conf',
      names.map((name) => `pxe-service=${name},"Network boot",${file}${elsewhere}`),
      'add to dnsmasq.conf, exactly one line per architecture, each with an EFI program:',
    ),
    ...copies,
    words('or let pxectl do all of it, beside the same router:'),
    command(
      `pxectl init${interfaceName === undefined ? '' : ` --interface ${interfaceName}`}${address === undefined ? '' : ` --address ${address}`} --image ubuntu-20.04.3`,
    ),
    command('pxectl up ubuntu-20.04.3'),
  ];
}

function judgeMenu(context: PhaseContext, answer: ReplySeen): readonly Finding[] {
  const decision = decideMenu(answer);
  switch (decision.action) {
    case 'cancel':
      if (decision.because === 'local-boot-item') {
        return [clientFinding(context, 'local-boot-menu-item', quotesOf(answer))];
      }
      // a BIOS ROM says PXE-E74 where UEFI cancels
      return [clientFinding(context, 'no-boot-service-for-arch', quotesOf(answer))];
    case 'wait-for-key':
      return wentOn(context) ? [] : [clientFinding(context, 'menu-without-default', quotesOf(answer))];
    case 'no-file':
      return wentOn(context) ? [] : [clientFinding(context, 'offer-without-boot-file', quotesOf(answer))];
    case 'unknown':
    case 'cancel-or-load':
    case 'load':
    case 'discover':
      return [];
  }
}

/** The name of the file tells the platform it is for; the next server must be there. */
function judgeFile(context: PhaseContext, answer: ReplySeen): readonly Finding[] {
  const { phase } = context;
  const file = bootFileOf(answer);
  if (file !== undefined && /^https?:\/\//i.test(file) && !wentFurther(context)) {
    return [clientFinding(context, 'url-as-pxe-file', quotesWithFile(phase, answer))];
  }
  const platform = file === undefined ? undefined : platformOfName(file);
  if (platform !== undefined && fitsFirmware(platform, phase.firmware) === false && !wentFurther(context)) {
    const program =
      platform === 'bios'
        ? 'a BIOS program'
        : platform === 'efi'
          ? 'an EFI program'
          : `a program for ${platform}`;
    return [
      clientFinding(context, 'loader-arch-mismatch', quotesWithFile(phase, answer), {
        title: `${phaseName(phase)} (${architectureText(phase)}) was given ${file ?? ''}, ${program}`,
      }),
    ];
  }
  const isWithoutServer = answer.nextServer === undefined && file !== undefined && !file.includes('://');
  // BIOS ROMs fall back to the server's own address; UEFI uses option 54 for port 4011 only
  const fallsBack = phase.firmware === 'bios' && answer.server !== undefined;
  if (
    isWithoutServer &&
    !fallsBack &&
    !wentOn(context) &&
    answer.tftpServerName === undefined &&
    answer.leasedAddress === undefined
  ) {
    return [
      clientFinding(context, 'wrong-server-address', quotesOf(answer), {
        title: "the boot server's answer names no next server",
      }),
    ];
  }
  return [];
}

function judgeForIpxe(context: PhaseContext, answer: ReplySeen): readonly Finding[] {
  const { phase } = context;
  if (phase.replies.some(ipxeTakes) || phase.http.length > 0 || phase.tftp.length > 0) return [];
  if (bootFileOf(answer) === undefined) {
    return [
      clientFinding(context, 'offer-without-boot-file', quotesOf(answer), {
        title: 'the boot server answers iPXE without naming a boot file',
        cause:
          'iPXE is running and asks again for its script. The answer has an empty boot file, so iPXE says "Nothing to boot".',
        mends: [
          addTo('dnsmasq.conf', [
            'dhcp-match=set:ipxe,175',
            `dhcp-boot=tag:ipxe,http://${answer.server ?? 'ADDRESS'}:8080/boot.ipxe,,${answer.server ?? 'ADDRESS'}`,
          ]),
          words('or put autoexec.ipxe beside the loader'),
        ],
      }),
    ];
  }
  return [
    clientFinding(context, 'wrong-server-address', quotesOf(answer), {
      title: 'iPXE passes over an answer without a next server',
      cause:
        'iPXE uses a proxy offer only when it names a next server. dnsmasq leaves it empty when dhcp-boot has no address: iPXE ends with "Nothing to boot".',
      mends: [
        addTo('dnsmasq.conf', [
          `dhcp-boot=tag:ipxe,${bootFileOf(answer) ?? 'FILE'},,${answer.server ?? 'ADDRESS'}`,
        ]),
      ],
    }),
  ];
}

/** The answer is well, names another host as the next server, and no request for the file arrives. */
export function judgeNextServer(context: PhaseContext): readonly Finding[] {
  const { phase, observations } = context;
  const answer = bootAnswerOf(phase);
  if (!answer || BY_OTHER_RULES.has(phase.firmware) || wentOn(context)) return [];
  if (answer.tftpServerName === UNSPECIFIED_IPV4) return [namesNobody(context, answer)];
  const isElsewhere =
    answer.nextServer !== undefined && answer.server !== undefined && answer.nextServer !== answer.server;
  const file = bootFileOf(answer);
  if (!isElsewhere || file === undefined || file.includes('://') || !seesTransfers(observations)) return [];
  if (answer.leasedAddress !== undefined) return [];
  const silence = silenceMsAfter(observations, answer.timeMs);
  if (silence !== undefined && silence < 5_000) return [];
  return [
    clientFinding(context, 'wrong-server-address', quotesOf(answer), {
      title: `${answer.server ?? 'the boot server'} sends the client to ${answer.nextServer ?? '?'} for ${file}, and no request arrives`,
      cause: `The answer names the next server ${answer.nextServer ?? '?'}, not ${answer.server ?? 'the boot server'} itself. The client asks there, and nothing of it is seen here.`,
    }),
  ];
}

/** dnsmasq puts its own address for 0.0.0.0 into options that hold addresses, and option 66 holds a name. */
function namesNobody(context: PhaseContext, answer: ReplySeen): Finding {
  return clientFinding(context, 'wrong-server-address', quotesOf(answer), {
    severity: answer.nextServer === undefined ? 'error' : 'warning',
    title: 'option 66 of the answer names 0.0.0.0 as the TFTP server',
    cause:
      'Option 66 is a name, and is sent as it was written: 0.0.0.0 stands for the own address of the server only in options that hold addresses. ' +
      'Machines that take option 66 before the next server ask nobody.',
    mends: [
      words(
        'write the address: dhcp-option=66,ADDRESS, or leave option 66 out and name the server in dhcp-boot=FILE,,ADDRESS',
      ),
    ],
  });
}

/** A UEFI HTTP Boot client that asked and got nothing that it can use. */
export function judgeHttpBoot(context: PhaseContext): readonly Finding[] {
  const { phase } = context;
  if (!phase.firmware.startsWith('uefi-http') || phase.http.length > 0) return [];
  const [first] = phase.requests;
  if (first === undefined || phase.replies.some(httpBootTakes) || !isWaitedFor(context, first.timeMs))
    return [];
  // iPXE came from somewhere, and the log of a server that boots nobody says nothing of the one that does
  if (context.next?.firmware === 'ipxe' || isLogOfPlainServer(context)) return [];
  const boot = phase.replies.find((reply) => reply.vendorClass?.startsWith('HTTPClient') === true);
  // firmware whose PXE boot failed goes on with its next boot entry: not what the user is after
  const isAfterPxe = context.client.phases.some(
    (other) =>
      other !== phase && other.firmware.startsWith('uefi-') && !other.firmware.startsWith('uefi-http'),
  );
  return [
    clientFinding(
      context,
      'http-client-unanswered',
      [first.evidence, ...(boot ? quotesOf(boot) : [])],
      isAfterPxe
        ? { severity: 'info', title: 'after PXE the machine also tried HTTP Boot, and nobody answered that' }
        : {},
    ),
  ];
}

/** A log of leases alone: a router's, most likely, beside which a boot server answers. */
function isLogOfPlainServer({ observations, phase }: PhaseContext): boolean {
  const bootsSomebody = observations.clients.some((client) =>
    client.phases.some(({ replies, tftp }) => tftp.length > 0 || replies.some(isBootOffer)),
  );
  return observations.vantage === 'server-log' && phase.replies.length > 0 && !bootsSomebody;
}

function wentFurther({ phase, next }: PhaseContext): boolean {
  const others = phase.tftp.filter((read) => read.outcome === 'done').length;
  const isNextStage = next?.firmware === 'ipxe' || next?.firmware === 'system';
  return phase.http.length > 0 || others > 1 || isNextStage;
}

/** The client's own line, the line with the file, the option 43. */
function quotesWithFile(phase: Phase, answer: ReplySeen) {
  const request = phase.requests.find((seen) => seen.port === answer.port) ?? phase.requests[0];
  return [...(request ? [request.evidence] : []), ...quotesOf(answer)];
}

function firstFile(phase: Phase): string | undefined {
  for (const reply of phase.replies) {
    const file = bootFileOf(reply);
    if (file !== undefined) return file;
  }
  return undefined;
}

function architectureText(phase: Phase): string {
  const [code] = phase.architectures;
  return code === undefined ? 'its architecture' : `arch ${code}`;
}

function serviceName(phase: Phase): string {
  const [code] = phase.architectures;
  if (code === undefined) return 'ARCHITECTURE';
  return architectureOf(code)?.dnsmasqName ?? String(code);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
