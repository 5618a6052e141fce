import type { FirewallChain, FirewallRule, FirewallRuleset } from './firewall-ruleset.ts';

/** Modules whose options are read below, or decide nothing by themselves. Any other may match or not. */
const KNOWN_MODULES = [
  ...['tcp', 'udp', 'icmp', 'multiport', 'state', 'conntrack', 'addrtype', 'pkttype', 'comment', 'limit'],
];
/** What decides by an option that is not read. */
const UNKNOWN = { xt: null };
const VERDICTS: Readonly<Record<string, unknown>> = {
  ACCEPT: { accept: null },
  DROP: { drop: null },
  REJECT: { reject: null },
  RETURN: { return: null },
};

/** The tables in the text of `iptables-save`. */
export function tablesOfIptables(save: string): ReadonlySet<string> {
  return new Set([...save.matchAll(/^\*(\S+)$/gm)].map(([, table = '']) => table));
}

/** Reads what `iptables-save` prints (of either kind, legacy or nft). */
export function readIptablesRuleset(save: string): FirewallRuleset {
  const chains = new Map<string, FirewallChain>();
  const rules = new Map<string, FirewallRule[]>();
  let table = '';
  for (const line of save.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    const [, chain, policy] = /^:(\S+) (\S+)/.exec(line) ?? [];
    if (chain !== undefined && policy !== undefined) {
      const key = `ip ${table} ${chain}`;
      const hook = chain === 'INPUT' ? 'input' : undefined;
      chains.set(key, { key, hook, priority: 0, policy: policy === '-' ? undefined : policy.toLowerCase() });
    }
    const [, owner, rest] = /^-A (\S+) ?(.*)/s.exec(line) ?? [];
    if (owner === undefined || rest === undefined) continue;
    const key = `ip ${table} ${owner}`;
    const isChain = (name: string): boolean => chains.has(`ip ${table} ${name}`);
    const rule: FirewallRule = { expressions: expressionsOf(wordsOf(rest), isChain), shown: line };
    rules.set(key, [...(rules.get(key) ?? []), rule]);
  }
  return { chains, rules };
}

/** Words, where a comment in double quotes is one. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/"((?:\\.|[^"\\])*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** The rule as `nft -j` would write it. */
function expressionsOf(words: readonly string[], isChain: (name: string) => boolean): readonly unknown[] {
  const expressions: unknown[] = [];
  let protocol = 'th';
  for (let index = 0; index < words.length; index += 1) {
    const isNot = words[index] === '!';
    if (isNot) index += 1;
    const option = words[index] ?? '';
    const value = words[index + 1] ?? '';
    const match = (left: object, right: unknown): void => {
      expressions.push({ match: { op: isNot ? '!=' : '==', left, right } });
    };
    switch (option) {
      case '-j':
      case '-g':
        // what follows belongs to the target
        return [...expressions, targetOf(value, option === '-g', isChain)];
      case '-i':
        match({ meta: { key: 'iifname' } }, value.replace(/\+$/, '*'));
        break;
      case '-p':
        protocol = value;
        match({ meta: { key: 'l4proto' } }, value);
        break;
      case '-m':
        if (!KNOWN_MODULES.includes(value)) expressions.push(UNKNOWN);
        break;
      case '--dport':
      case '--dports':
        match({ payload: { protocol, field: 'dport' } }, { set: value.split(',').map(portsOf) });
        break;
      case '--state':
      case '--ctstate':
        match({ ct: { key: 'state' } }, { set: value.toLowerCase().split(',') });
        break;
      case '--dst-type':
        match({ fib: { result: 'type', flags: ['daddr'] } }, { set: value.toLowerCase().split(',') });
        break;
      case '--pkt-type':
        match({ meta: { key: 'pkttype' } }, value === 'unicast' ? 'host' : value);
        break;
      case '--comment':
      case '--limit':
      case '--limit-burst':
      case '--icmp-type':
        break;
      default:
        expressions.push(UNKNOWN);
    }
    // each option that is read has one value; of the others everything up to the next option is passed over
    while (index + 1 < words.length && !/^(?:!$|--?[a-z])/.test(words[index + 1] ?? '')) index += 1;
  }
  return expressions;
}

function targetOf(name: string, isGoto: boolean, isChain: (name: string) => boolean): unknown {
  if (isChain(name)) return isGoto ? { goto: { target: name } } : { jump: { target: name } };
  // LOG, MARK and their like let the packet go on
  return VERDICTS[name] ?? { log: null };
}

function portsOf(text: string): unknown {
  const [first = '', last] = text.split(':');
  return last === undefined ? Number(first) : { range: [Number(first), Number(last)] };
}
