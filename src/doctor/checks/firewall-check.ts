import type { Finding } from '../../model/finding.ts';
import { readTextIfThere } from '../../platform/files.ts';
import { findProgram, run } from '../../platform/processes.ts';
import { command } from '../../model/fix.ts';
import { makeFinding } from '../finding-catalogue.ts';
import { bootPorts } from './boot-ports.ts';
import type { Looked } from './check.ts';
import { judgeFirewall, type FirewallVerdict } from './firewall-rules.ts';
import type { FirewallRuleset } from './firewall-ruleset.ts';
import type { Subject } from './host-facts.ts';
import { readIptablesRuleset, tablesOfIptables } from './iptables-ruleset.ts';
import { readNftRuleset } from './nft-ruleset.ts';

/** The rules of one program. The kernel asks all of them: what one drops is dropped. */
interface Firewall {
  readonly program: 'nft' | 'iptables' | 'iptables-legacy';
  readonly ruleset: FirewallRuleset;
}

/** Whether the firewalls of this host let in what network boot needs. */
export async function lookAtFirewall(subject: Pick<Subject, 'httpPort' | 'interfaceName'>): Promise<Looked> {
  const firewalls = await readFirewalls();
  if ('notChecked' in firewalls) return firewalls;
  const unsure: string[] = [];
  const blocked: Finding[] = [];
  for (const { protocol, port, what } of bootPorts(subject)) {
    const packet = { protocol, port, interfaceName: subject.interfaceName };
    const verdicts = firewalls.map(({ program, ruleset }) => ({
      program,
      ...judgeFirewall(ruleset, packet),
    }));
    const drop = verdicts.find(isDrop);
    if (drop === undefined) {
      if (verdicts.some(({ verdict }) => verdict === 'unknown')) unsure.push(`${protocol} ${port}`);
      continue;
    }
    blocked.push(
      makeFinding('firewall-blocks', [{ source: 'host', text: `${drop.program}: ${drop.because}` }], {
        title: `the firewall drops ${protocol} port ${port} (${what})`,
        mends: [
          command(`sudo ufw allow ${port}/${protocol}`),
          drop.program === 'nft'
            ? command(`sudo nft insert rule inet filter input ${protocol} dport ${port} accept`, 'nftables')
            : command(`sudo ${drop.program} -I INPUT -p ${protocol} --dport ${port} -j ACCEPT`, 'iptables'),
        ],
      }),
    );
  }
  if (blocked.length > 0)
    return {
      seen: blocked.length === 1 ? '1 port is blocked' : `${blocked.length} ports are blocked`,
      findings: blocked,
    };
  if (unsure.length > 0)
    return { notChecked: `rules that doctor cannot judge decide about ${unsure.join(', ')}` };
  return { seen: 'lets DHCP, TFTP, port 4011 and HTTP in' };
}

function isDrop<T extends FirewallVerdict>(verdict: T): verdict is Extract<T, { verdict: 'drop' }> {
  return verdict.verdict === 'drop';
}

async function readFirewalls(): Promise<readonly Firewall[] | { readonly notChecked: string }> {
  const nft = await findProgram('nft');
  if (nft === undefined) return { notChecked: 'the program nft is not installed' };
  const rules = await run(nft, ['-j', 'list', 'ruleset'], { timeoutMs: 5_000 });
  if (rules.exitCode !== 0) {
    return {
      notChecked: /permitted|denied/i.test(rules.stderr)
        ? 'only root may read the rules: sudo pxectl doctor'
        : (rules.stderr.trim().split('\n')[0] ?? 'nft failed'),
    };
  }
  // nft tells rules of iptables modules by the module's name alone: iptables tells them whole
  const save = rules.stdout.includes('"xt"') ? await saved('iptables-nft-save') : undefined;
  const firewalls: Firewall[] = [
    {
      program: 'nft',
      ruleset: readNftRuleset(rules.stdout, save === undefined ? new Set() : tablesOfIptables(save)),
    },
  ];
  if (save !== undefined) firewalls.push({ program: 'iptables', ruleset: readIptablesRuleset(save) });
  // the older kernel tables, which nft does not see; asked for where there are some, as asking would load them
  const legacyTables = await readTextIfThere('/proc/net/ip_tables_names');
  if (legacyTables !== undefined && legacyTables.trim() !== '') {
    const legacy = await saved('iptables-legacy-save');
    if (legacy === undefined) {
      return { notChecked: 'there are rules of iptables-legacy, and iptables-legacy-save cannot read them' };
    }
    firewalls.push({ program: 'iptables-legacy', ruleset: readIptablesRuleset(legacy) });
  }
  return firewalls;
}

/** What a program of the iptables family says, or undefined when it is not there or fails. */
async function saved(name: string): Promise<string | undefined> {
  const program = await findProgram(name);
  if (program === undefined) return undefined;
  const result = await run(program, [], { timeoutMs: 5_000 });
  return result.exitCode === 0 ? result.stdout : undefined;
}
