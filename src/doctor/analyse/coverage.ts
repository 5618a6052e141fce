import { RASPBERRY_PI_PREFIXES } from '../../plan/firmware-of.ts';
import { baseName } from '../../model/file-name.ts';
import { isLoaderName, isRaspberryPiFile, platformOfName, servedFolderOf } from './boot-files.ts';
import { foreignGrubPrefix } from './grub-prefix.ts';
import type { ClientObservation, Limit, Observations, TftpOutcome, TftpRead } from './observation.ts';

/** How far a boot was seen to get. */
type Reach = 'asked' | 'answered' | 'loader' | 'kernel' | 'end';

/** Files that only a loader at its end asks for. */
const KERNEL =
  /(?:^|[._-])vmlinu[xz]|^(?:linux(?!\.)|kernel|bzimage|zimage|uimage|image(?:\.gz)?$|boot\.img$)/i;
/** What goes with a kernel, or is a system whole. */
const REST_OF_SYSTEM =
  /^(?:initrd|initramfs|minirt|memdisk|wimboot|pxeboot\.n12)|(?:^|[._-])init(?:rd|ramfs)\b|^(?:boot|winpe)\.wim$|\.(?:iso|squashfs|wim|efi\.img)$/i;
/** The last stage of a boot that was seen; `end` when a system was handed over whole, or spoke after it was started. */
export function reachOf(client: ClientObservation): Reach {
  const files = client.phases
    .flatMap(({ tftp, http }) => [
      ...tftp.filter((read) => read.outcome === 'done').map((read) => read.path),
      ...http
        .filter((read) => (read.status ?? 0) < 400 && read.status !== undefined)
        .map((read) => read.path),
    ])
    .map(baseName);
  // the second stage of a Pi asks for an address of its own, and is no system
  const hasSystem = client.phases.some(
    ({ firmware, vendorClass }, index) =>
      firmware === 'system' && index > 0 && (vendorClass !== undefined || !isRaspberryPi(client)),
  );
  if (hasSystem || files.some((name) => REST_OF_SYSTEM.test(name)) || spokeAfterMenu(client)) return 'end';
  if (files.some((name) => KERNEL.test(name))) return isRaspberryPi(client) ? 'end' : 'kernel';
  const hasAsked = client.phases.some(({ tftp }) => tftp.some(({ outcome }) => outcome === 'under-way'));
  if (files.length > 0 || hasAsked || client.phases.some((phase) => phase.firmware === 'ipxe'))
    return 'loader';
  const isAnswered = client.phases.some(
    ({ replies, requests }) => replies.length > 0 || requests.some((request) => request.wasAnswered),
  );
  return isAnswered ? 'answered' : 'asked';
}

/** What pxelinux and GRUB read to know what they load, and what only decorates that. */
const MENU = /(?:^|\/)(?:pxelinux\.cfg\/|grub\.cfg)/;
const BESIDE_MENU = /\.(?:c32|cfg|conf|menu|msg|txt|png|jpg|pf2|lst|mod)$/i;

/**
 * After its menu the loader got more files, and then the machine asked for an address again, was given one, and had no need of a
 * file: firmware fetches its loader at once, so that this was the started system. iPXE, loaded from a menu, asks too, and fetches
 * what no TFTP server sees.
 */
function spokeAfterMenu({ phases }: ClientObservation): boolean {
  if (phases.length < 2) return false;
  const loaded = phases.findIndex(({ tftp }) => {
    const menu = tftp.findLastIndex(({ path }) => MENU.test(path));
    const isSystem = ({ path, outcome }: TftpRead): boolean =>
      (outcome === 'done' || outcome === 'under-way') && !BESIDE_MENU.test(path) && !isLoaderName(path);
    return menu >= 0 && tftp.slice(menu + 1).some(isSystem);
  });
  return (
    loaded >= 0 &&
    phases.slice(loaded + 1).some(({ firmware, tftp, http, requests, replies }) => {
      const given = replies.find(({ type }) => type === 'ack');
      if (!given || firmware !== 'unknown' || tftp.length + http.length > 0) return false;
      // a log without a clock shows it by a second question
      return given.timeMs === undefined
        ? requests.filter(({ type }) => type !== 'request').length > 1
        : (requests.at(-1)?.timeMs ?? 0) > given.timeMs;
    })
  );
}

function isRaspberryPi({ mac, macText, phases }: ClientObservation): boolean {
  return (
    RASPBERRY_PI_PREFIXES.some((prefix) => (mac ?? macText)?.startsWith(prefix)) ||
    phases.some(
      ({ firmware, tftp }) => firmware === 'raspberry-pi' || tftp.some(({ path }) => isRaspberryPiFile(path)),
    )
  );
}

const SEEN_TO: Readonly<Record<Exclude<Reach, 'end'>, string>> = {
  asked: 'its question',
  answered: 'the answer that it got',
  loader: 'its loader',
  kernel: 'its kernel',
};

/** Why "nothing wrong" cannot be said of what was seen, although no fault shows. Empty when it can. */
export function limitsOf(observations: Observations): readonly Limit[] {
  const { settled } = observations;
  const limits = [...(observations.limits ?? []), ...(settled?.limits ?? [])];
  const open = observations.clients.filter((client) => isBoot(client) && reachOf(client) !== 'end');
  limits.push(...strayTransfers(observations));
  const first = settled?.firstOpen ?? open[0];
  if (first) limits.push(notToTheEnd(observations, first, open.length + (settled?.openCount ?? 0)));
  const isSilent = !settled && !observations.clients.some(isBoot);
  if (isSilent && observations.vantage === 'server-log' && limits.length === 0) {
    const silent = otherTransfers(observations) ?? silentLog(observations);
    if (silent) limits.push(silent);
  }
  return limits;
}

/** `count`: clients of which that is true, the first among them */
function notToTheEnd(observations: Observations, first: ClientObservation, count: number): Limit {
  const reach = reachOf(first) as Exclude<Reach, 'end'>;
  const who = first.mac ?? first.macText ?? first.ip ?? 'one client';
  const others = count > 1 ? ` and ${count - 1} more` : '';
  const isLog = observations.vantage === 'server-log';
  const text = `the boot of ${who}${others} is seen as far as ${SEEN_TO[reach]}, not to its end`;
  const isHttpNext = first.phases.some(
    (phase) =>
      phase.firmware === 'ipxe' || phase.tftp.some((read) => /ipxe|snponly|undionly/i.test(read.path)),
  );
  const isHttpThere = observations.clients.some(({ phases }) => phases.some(({ http }) => http.length > 0));
  if (isLog && reach === 'loader' && isHttpNext && !isHttpThere)
    return {
      text: `${text}: what iPXE fetches over HTTP is not in this log`,
      advice: "give the web server's access log in the same file, or a capture: pxectl doctor --pcap FILE",
    };
  const prefix = foreignGrubPrefix(first);
  if (prefix) return { ...prefix, text: `${text}: ${prefix.text}` };
  const last = first.phases.flatMap(({ tftp }) => tftp).at(-1);
  const loader = last?.path;
  const folder = servedFolderOf(loader ?? '');
  // of what was sent dnsmasq writes the place in its own file system
  if (isLog && folder !== undefined && last?.outcome === 'under-way')
    return {
      text: `${text}: nothing follows its request for ${loader}. A TFTP server that was started with its folder (in.tftpd -s ${folder}) looks for such a name below that folder, and has none there`,
      advice: `leave ${folder} out of the name in the DHCP server (filename "${loader?.slice(folder.length)}";), or see in the server's log whether it sends the file (in.tftpd -vvv)`,
    };
  const isUnknown = first.phases.every(({ firmware }) => firmware === 'unknown');
  if (isUnknown && loader !== undefined && platformOfName(loader) === 'bios')
    return {
      text: `${text}: this log does not tell whether the machine is BIOS or UEFI, and nothing that ${loader} would ask for follows it. It is a BIOS program: a UEFI machine takes it and stops`,
      advice:
        'see whether the machine is UEFI (then it needs an EFI program), or give a capture: pxectl doctor --pcap FILE',
    };
  if (isLog && observations.server.servesTftp !== true && reach !== 'loader' && reach !== 'kernel')
    return {
      text: `${text}: no file transfer is in this log`,
      advice: "add the TFTP server's log to the file, or give a capture: pxectl doctor --pcap FILE",
    };
  const answers = answersTo(first);
  if (isLog && reach === 'answered' && answers >= OFTEN_ANSWERED)
    return {
      text: `${text}: it was answered ${answers} times and asks for no file. Either no DHCP server gives it an address (a proxy gives none), or it finds no boot program for its kind of firmware in the answer, or its packets to the ports 4011 and 69 do not arrive`,
      advice: `see on its screen whether it gets an address and what it says then; ${LOG_DHCP}`,
    };
  return { text, advice: 'record until the machine stops or its system starts' };
}

/** Firmware asks three or four times for one boot: more are several tries. */
const OFTEN_ANSWERED = 5;

function answersTo({ phases }: ClientObservation): number {
  const counts = phases.map(({ requests, replies }) =>
    replies.length > 0 ? replies.length : requests.filter((seen) => seen.wasAnswered === true).length,
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Files that nobody is known to boot with, and that did not come: the log alone does not tell whether they are a boot's. */
function strayTransfers({ clients }: Observations): readonly Limit[] {
  const lost = clients
    .filter((client) => !isBoot(client))
    .flatMap((client) =>
      client.phases.flatMap(({ tftp }) =>
        tftp.flatMap(({ path, outcome, server }) => {
          const what = NOT_COME[outcome];
          return what === undefined || path === '' ? [] : [{ path, what, who: client.ip, server }];
        }),
      ),
    );
  const [first] = lost;
  if (!first) return [];
  const others = new Set(lost.map(({ path }) => path)).size - 1;
  const where = first.server === undefined ? '' : ` of ${first.server}`;
  return [
    {
      text: `${first.who ?? 'somebody'} asked for ${first.path}${where} over TFTP${others > 0 ? ` and for ${others} more` : ''}, and ${first.what}. It is no boot program that doctor knows by its name: where that machine boots with it, this is the fault`,
      advice: `see whether the file lies below the folder of the TFTP server under exactly this name; or give a capture of the whole boot: pxectl doctor --pcap FILE`,
    },
  ];
}

/** Nobody boots here, and somebody fetches files: that is no boot which went well. */
function otherTransfers({ clients }: Observations): Limit | undefined {
  const [first, ...others] = clients.flatMap(({ ip, phases }) =>
    phases.flatMap(({ tftp }) => tftp.map(({ path }) => ({ path, who: ip ?? 'somebody' }))),
  );
  if (!first) return undefined;
  const more = others.some(({ path }) => path !== first.path) ? ' and other files' : '';
  return {
    text: `${first.who} asks for ${first.path}${more} over TFTP, which is no boot program that doctor knows by its name, and nothing else here is of a network boot`,
    advice: 'where a machine boots with it, give a capture of the whole boot: pxectl doctor --pcap FILE',
  };
}

const NOT_COME: Readonly<Partial<Record<TftpOutcome, string>>> = {
  missing: 'the server does not have it',
  denied: 'the server refuses it',
  'no-answer': 'no answer came',
  'answer-lost': 'the answer did not arrive',
};

const LOG_DHCP =
  'add log-dhcp to dnsmasq.conf, start dnsmasq and the machine again, and give doctor the new log';

/** In less time after the start of a server a machine that is switched on then has not asked yet. */
const MIN_WATCHED_MS = 30_000;

/** Whether a log goes on after the start of its server, so that a client which asked would be in it. */
export function hadTimeToShow({ server, firstTimeMs, lastTimeMs }: Observations): boolean {
  if (server.plainDhcpCount !== undefined || server.unidentifiedDhcpCount !== undefined) return true;
  return firstTimeMs !== undefined && lastTimeMs !== undefined && lastTimeMs - firstTimeMs >= MIN_WATCHED_MS;
}

const ENDS_AT_START: Limit = {
  text: 'this log ends where its server starts: it had no time to show that a machine asks',
  advice: 'start the machine, wait until it stops, and give the log up to then',
};

/** A log without any client: what would it have shown? */
function silentLog(observations: Observations): Limit | undefined {
  const { server, problems, readCount, programs = [] } = observations;
  if (server.logsAnswers === true) return undefined;
  if (server.otherDhcp !== undefined)
    return {
      text: `${server.otherDhcp} answers DHCP here, and its log does not tell which of its clients boot from the network`,
      advice:
        "add the TFTP server's log (in.tftpd -v) to the file, or give a capture: pxectl doctor --pcap FILE",
    };
  if (server.unidentifiedDhcpCount !== undefined)
    return {
      text: 'dnsmasq answers DHCP here, and its log does not tell which clients boot from the network: log-dhcp is not set',
      advice: LOG_DHCP,
    };
  if (server.isProxy === true)
    return {
      text: 'without log-dhcp dnsmasq as proxy writes of a client only when it answers: either none asked, or dnsmasq has no pxe-service line for it',
      advice:
        'add log-dhcp to dnsmasq.conf, start dnsmasq and the machine again, and give doctor the new log',
    };
  if (server.dnsmasqVersion !== undefined || server.leases === true)
    return hadTimeToShow(observations) || problems.length > 0 ? undefined : ENDS_AT_START;
  if (problems.length > 0 && programs.length > 0)
    return {
      text: `${programs.join(' and ')} ${programs.length > 1 ? 'tell of themselves' : 'tells of itself'} here, and of no client`,
      advice: 'mend what it complains about, start the machine again, and give doctor the new log',
    };
  if (server.plainDhcpCount !== undefined)
    return {
      text: 'dnsmasq answers DHCP here, and no line tells that a client boots from the network: none did, or the lines with its vendor class were left out',
      advice: 'give the whole log, from before the machine starts until it stops',
    };
  if (programs.length > 0)
    return {
      text: `no line of ${programs.join(' and ')} here tells of a client that boots from the network`,
      advice: 'give the whole log, from before the machine starts until it stops',
    };
  return {
    text: `none of ${readCount} lines is one of a boot server that doctor reads`,
    advice: 'give the log of the DHCP or TFTP server, or a capture: pxectl doctor --pcap FILE',
  };
}

/** Whether what a client did over TFTP belongs to a boot at all: people fetch other files with it too. */
export function isBoot(client: ClientObservation): boolean {
  const hasDhcp = client.phases.some((phase) => phase.requests.length > 0 || phase.replies.length > 0);
  if (hasDhcp) return true;
  return client.phases.some(
    ({ tftp, http }) => http.length > 0 || tftp.some((read) => isBootFile(read.path)),
  );
}

/** A file that a booting machine asks for, by its name. */
export function isBootFile(path: string): boolean {
  const name = baseName(path);
  return (
    isLoaderName(path) ||
    KERNEL.test(name) ||
    REST_OF_SYSTEM.test(name) ||
    isRaspberryPiFile(path) ||
    /^(?:grub\.cfg\S*|ldlinux\.\w+|config\.txt|bootmgr\S*|\S+\.ipxe|\S+\.c32|bcd)$/i.test(name) ||
    /(?:^|\/)pxelinux\.cfg\//.test(path)
  );
}
