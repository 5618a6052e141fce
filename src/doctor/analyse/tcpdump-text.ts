import { hasBytesBehind } from '../../model/file-name.ts';
import type { Evidence } from '../../model/finding.ts';
import { forgetOldest } from '../../protocol/forget-oldest.ts';
import type { Limit, ServerProblem } from './observation.ts';

/** `11:53:56.340862 IP 10.0.0.3.1024 > 10.0.0.6.69: …`; -v puts the addresses on the next line, -i any names the card. */
const TIMED =
  /^(?:\d{4}-\d\d-\d\d )?(\d\d:\d\d:\d\d\.\d{6}) (?:\S+ +(?:In|Out|B|M|P) +)?(?:IP6?|ARP|ethertype)\b/;
const ADDRESSES = /(?:^|\s)(\S+)\.([\w-]+) > (\S+)\.([\w-]+): (.*)$/;
const READ_REQUEST = /\bRRQ "([^"]+)"/;
/** A mail broke the line before the name. */
const BROKEN_REQUEST = /\bRRQ\s*$/;
const BROKEN_NAME = /^\s*"([^"]+)"/;
const MAX_ASKED = 200;
/** a client that asks so often in vain has not got the answer */
const MIN_REPEATS = 3;
/** where the packet shows that it is passed on into a container, the second question tells as much */
const MIN_REPEATS_PASSED_ON = 2;
const TFTP_ERROR = /\bERROR (?:\w+ )?"([^"]*)"/;
const MAX_ERROR_CHARACTERS = 120;

interface Asked {
  readonly client: string;
  readonly file: string;
  /** when the client itself asked: the same packet may be shown on each card that it passes */
  readonly times: Set<string>;
  readonly servers: Set<string>;
  wasAnswered: boolean;
}

/** What tcpdump wrote as text: who asks for a file over TFTP, and whether anybody answers. The rest is not read. */
export class TcpdumpText {
  readonly #asked = new Map<string, Asked>();
  #count = 0;
  #requests = 0;
  #error: string | undefined;
  #time: string | undefined;
  /** who asked in a line that ends before the name */
  #broken: { readonly from: string; readonly to: string; readonly text: string } | undefined;
  #altered: { readonly file: string; readonly evidence: Evidence } | undefined;

  /** False when the line is none of tcpdump. */
  push(text: string, line: number): boolean {
    const time = TIMED.exec(text)?.[1];
    // with -v and -x a packet has more lines, without a time
    if (time === undefined && (this.#time === undefined || /\d\d:\d\d:\d\d/.test(text))) return false;
    this.#time = time ?? this.#time;
    this.#count++;
    const [, from = '', , to = '', , what = ''] = ADDRESSES.exec(text) ?? [];
    const broken = this.#broken;
    this.#broken = BROKEN_REQUEST.test(what) ? { from, to, text } : undefined;
    const rest = broken === undefined ? undefined : BROKEN_NAME.exec(text)?.[1];
    if (broken && rest !== undefined) {
      this.#ask(broken.from, broken.to, rest, {
        source: `log:${line - 1}`,
        text: `${broken.text} ${text.trim()}`,
      });
      return true;
    }
    const file = READ_REQUEST.exec(what)?.[1];
    this.#error ??= TFTP_ERROR.exec(what)?.[1]?.slice(0, MAX_ERROR_CHARACTERS);
    if (file !== undefined) this.#ask(from, to, file, { source: `log:${line}`, text });
    else for (const asked of this.#asked.values()) if (asked.client === to) asked.wasAnswered = true;
    return true;
  }

  /** What can be said of it; empty when there is none. */
  limits(): readonly Limit[] {
    if (this.#count === 0) return [];
    const inVain = [...this.#asked.values()].find(
      ({ times, servers, wasAnswered }) =>
        times.size >= (servers.size > 1 ? MIN_REPEATS_PASSED_ON : MIN_REPEATS) && !wasAnswered,
    );
    return [
      {
        text: `this is the text of tcpdump, of which doctor reads who asks for a file over TFTP (${this.#requests} requests here), and no more`,
        advice: 'record it as a capture: tcpdump -i IF -s 0 -w boot.pcap "host ADDRESS-OF-THE-SERVER or udp"',
      },
      ...(inVain ? [unanswered(inVain)] : []),
      ...(this.#error === undefined ? [] : [errorOf(this.#error)]),
    ];
  }

  /** A name that shows a fault by itself. */
  problems(): readonly ServerProblem[] {
    if (!this.#altered) return [];
    const { file, evidence } = this.#altered;
    return [{ problem: 'file-name-altered', subject: file, evidence }];
  }

  #ask(client: string, server: string, file: string, evidence: Evidence): void {
    this.#requests++;
    if (isAlteredInText(file)) this.#altered ??= { file, evidence };
    const key = `${client} ${file}`;
    let asked = this.#asked.get(key);
    if (!asked) {
      asked = { client, file, times: new Set(), servers: new Set(), wasAnswered: false };
      forgetOldest(this.#asked, MAX_ASKED - 1);
      this.#asked.set(key, asked);
    }
    const [first] = asked.servers;
    if ((first === undefined || server === first) && asked.times.size < MAX_ASKED)
      asked.times.add(this.#time ?? '');
    if (asked.servers.size < MIN_REPEATS) asked.servers.add(server);
  }
}

/** tcpdump writes bytes that are no text as `^J`, `M-^?` or `M-a`. */
function isAlteredInText(file: string): boolean {
  return hasBytesBehind(file) || /\.\w{1,6}?(?:M-\^?.|\^[@-_?])+$/.test(file);
}

function errorOf(words: string): Limit {
  return /autoexec\.ipxe/.test(words)
    ? {
        text: `the TFTP error "${words}" is harmless: iPXE asks for autoexec.ipxe beside itself before anything else, and goes on without it`,
        advice: 'look at what the machine does next: its screen, or a capture to the end of the boot',
      }
    : {
        text: `the TFTP server answers "${words}"`,
        advice: 'compare that name with the files below its root',
      };
}

function unanswered({ client, file, times, servers }: Asked): Limit {
  const [first = '', ...others] = servers;
  const onward =
    others.length === 0
      ? ''
      : `; the question to ${first} goes on to ${others.join(', ')}, through an address translation (a container in a bridge network)`;
  return {
    text: `${client} asked for ${file} ${times.size} times: no answer of the TFTP server reaches it, and none is in this text. An answer comes from a new port, which a recording of port 69 alone leaves out${onward}`,
    advice:
      "see whether the TFTP server's log shows the file as sent; let UDP from its host through, and put a TFTP server that runs in a container on the host's network (network_mode: host)",
  };
}
