import { foreignServerOf } from '../../protocol/server-logs/foreign-servers.ts';
import type { LogLine } from '../../protocol/log-lines/log-line.ts';
import type { LineTally } from '../read/line-tally.ts';
import { ChannelTimeouts } from './channel-timeouts.ts';
import type { Limit, ServerProblem } from './observation.ts';
import { IventoyText } from './iventoy-text.ts';
import { TcpdumpText } from './tcpdump-text.ts';

const REFUSAL =
  /\b(?:refus(?:ed|ing)|denied|den(?:y|ies)ing|fail(?:ed|ure|s)?|errors?|unable to|can(?:not|'t)|could not|unmatched|fatal|timed out|time-?out(?!(?: is| of| to)?[ =:]{0,3}\d)|unreachable|rejected|no such file)\b|\b(?:BLOCK|DROP|REJECT|DENY|DENIED)\b/i;
/** Programs that serve a machine which boots, or stand in its way. */
const SERVES_BOOTS =
  /\b(?:nfs\w*|(?:rpc\.)?mountd|exportfs|rpcbind|portmap|smbd?|samba|nbd\S*|tgtd?|iscsi\w*|x?inetd|tftp\w*|\w*dhcp\w*|bootp\w*|pxe\w*|dnsmasq\S*|nginx|apache2?|httpd|lighttpd|caddy|ltsp|ufw|iptables|nft\w*|firewalld?|apparmor|avc|selinux)\b/i;
const ADDRESS = /\b(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{2}(?::[0-9a-f]{2}){5})\b/gi;

/** Lines of programs whose logs are not read: who they are of, and whether they tell why a boot fails. */
export class ForeignLines {
  readonly #names = new Set<string>();
  readonly #tcpdump = new TcpdumpText();
  readonly #iventoy = new IventoyText();
  readonly #timeouts = new ChannelTimeouts();

  /** @param isClient whether a machine with this address boots here */
  constructor(
    private readonly tally: LineTally,
    private readonly isClient: (address: string) => boolean,
  ) {}

  /** The name of what wrote it, where that is read. */
  take({ line, text, program }: LogLine): 'tcpdump' | undefined {
    if (this.#tcpdump.push(text, line)) return 'tcpdump';
    this.#iventoy.push(text);
    this.#timeouts.push(text);
    const name = foreignServerOf(text);
    if (name !== undefined) {
      this.#names.add(name);
      this.tally.add(`lines of ${name}, which doctor does not read`, line, text, true);
    } else if (REFUSAL.test(text) && this.#isOfABoot(text, program))
      this.tally.add('lines of other programs that tell of a failure', line, text, true);
    else this.tally.add('lines of other programs', line, text, false);
    return undefined;
  }

  /** What a host says of its own services is no boot's, until a machine or what it needs is named. */
  #isOfABoot(text: string, program: string | undefined): boolean {
    if (SERVES_BOOTS.test(text)) return true;
    return program !== 'sshd' && (text.match(ADDRESS) ?? []).some((address) => this.isClient(address));
  }

  problems(): readonly ServerProblem[] {
    return this.#tcpdump.problems();
  }

  limits(): readonly Limit[] {
    const foreign = [...this.#names].map((name) => ({
      text: `this is, at least in part, the log of ${name}, which doctor knows by sight and does not read`,
      advice: 'record the boot and give the capture: pxectl doctor --pcap FILE',
    }));
    return [...this.#timeouts.limits(), ...foreign, ...this.#iventoy.limits(), ...this.#tcpdump.limits()];
  }
}
