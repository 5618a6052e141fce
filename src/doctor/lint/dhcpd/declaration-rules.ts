import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { everyStatement } from '../block-syntax.ts';
import { lintFinding } from '../lint-finding.ts';
import { saysFile } from './dhcpd-answers.ts';
import type { DhcpdStatement } from './dhcpd-syntax.ts';

/** Declarations that dhcpd takes, and that do not what they seem to. */
export function idleDeclarations(statements: readonly DhcpdStatement[]): Finding[] {
  const all = everyStatement(statements);
  return [...subnetsTwice(all), ...hostsOfNobody(all)];
}

/** dhcpd warns of it and goes on: the last declaration is the one whose range and boot file count. */
function subnetsTwice(all: readonly DhcpdStatement[]): Finding[] {
  const byNetwork = new Map<string, DhcpdStatement[]>();
  for (const one of all) {
    const [keyword, network, , netmask] = one.words;
    if (keyword !== 'subnet' || network === undefined || netmask === undefined) continue;
    const same = byNetwork.get(`${network} ${netmask}`);
    if (same) same.push(one);
    else byNetwork.set(`${network} ${netmask}`, [one]);
  }
  return [...byNetwork.values()].flatMap((same) => {
    const last = same.at(-1);
    if (same.length < 2 || last === undefined) return [];
    return [
      lintFinding('config-unreadable', same, [], {
        severity: 'warning',
        title: `the subnet ${last.words[1] ?? ''} is declared ${same.length} times: the last one counts`,
        cause:
          'dhcpd warns that they overlap and goes on. Ranges and boot files of the others are never given.',
        mends: [words('make one declaration of them, with each range and option in it')],
      }),
    ];
  });
}

/** What tells dhcpd that a host is meant. */
const IDENTIFIERS = /^(?:hardware|host-identifier|dhcp-client-identifier|uid|dynamic|deleted)$/;

/** A host with a boot file that no client is ever taken for. */
function hostsOfNobody(all: readonly DhcpdStatement[]): Finding[] {
  return all.flatMap((at) => {
    const { words: said, block } = at;
    if (said[0] !== 'host' || block === undefined || !block.some(saysFile)) return [];
    const inside = everyStatement(block);
    if (inside.some(({ words: own }) => own.some((word) => IDENTIFIERS.test(word)))) return [];
    return [
      lintFinding('config-unreadable', [at], [], {
        severity: 'warning',
        title: `nobody is the host ${said[1] ?? ''}: it has no hardware line`,
        cause: 'What stands in it, and around it in its group, is given to no machine.',
        mends: [
          words(
            "write the machine's address into it: hardware ethernet MAC; or move what is for everybody into the subnet",
          ),
        ],
      }),
    ];
  });
}
