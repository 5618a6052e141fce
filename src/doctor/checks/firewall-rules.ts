import type { FirewallRuleset } from './firewall-ruleset.ts';

/** A packet that network boot needs to come in. */
export interface BootPacket {
  readonly protocol: 'udp' | 'tcp';
  readonly port: number;
  readonly interfaceName: string;
}

export type FirewallVerdict =
  | { readonly verdict: 'accept' }
  | { readonly verdict: 'drop'; readonly because: string }
  /** a rule was not understood */
  | { readonly verdict: 'unknown'; readonly because: string };

/** `return`: the packet goes on in the chain that called this one, or meets the policy */
type Outcome = 'accept' | 'drop' | 'return';
type Matched = boolean | 'unknown';
const MAX_DEPTH = 16;

/**
 * What a firewall does with a new incoming packet. Rules that cannot be understood count as unknown only when they
 * could decide.
 */
export function judgeFirewall(ruleset: FirewallRuleset, packet: BootPacket): FirewallVerdict {
  const inputs = [...ruleset.chains.values()]
    .filter((chain) => chain.hook === 'input')
    .sort((a, b) => a.priority - b.priority);
  let unsure: string | undefined;
  for (const chain of inputs) {
    const { outcomes, because } = walkChain(ruleset, chain.key, packet, 0);
    const policy = chain.policy === 'drop' ? 'drop' : 'accept';
    const ends = new Set([...outcomes].map((outcome) => (outcome === 'return' ? policy : outcome)));
    if (!ends.has('drop')) continue;
    if (ends.size === 1)
      return { verdict: 'drop', because: because ?? `the policy of chain ${chain.key} is drop` };
    unsure ??= because ?? chain.key;
  }
  return unsure === undefined ? { verdict: 'accept' } : { verdict: 'unknown', because: unsure };
}

/** Every way that a packet may leave a chain: more than one where a rule could not be understood. */
interface Walk {
  readonly outcomes: ReadonlySet<Outcome>;
  /** the first rule that drops, or that was not understood */
  readonly because?: string;
}

function walkChain(ruleset: FirewallRuleset, key: string, packet: BootPacket, depth: number): Walk {
  if (depth > MAX_DEPTH)
    return { outcomes: new Set(['accept', 'drop']), because: 'chains call each other too deeply' };
  const table = key.split(' ').slice(0, 2).join(' ');
  const outcomes = new Set<Outcome>();
  let because: string | undefined;
  for (const rule of ruleset.rules.get(key) ?? []) {
    const { matched, verdict } = readRule(rule.expressions, packet);
    if (matched === false || verdict === undefined) continue;
    const called: Walk =
      verdict.target === undefined
        ? { outcomes: new Set([verdict.outcome]) }
        : walkChain(ruleset, `${table} ${verdict.target}`, packet, depth + 1);
    const isCall = verdict.target !== undefined && !verdict.isGoto;
    const ends = [...called.outcomes].filter((outcome) => !isCall || outcome !== 'return');
    for (const outcome of ends) outcomes.add(outcome);
    if (ends.includes('drop') || (ends.length > 0 && matched === 'unknown'))
      because ??= called.because ?? `rule in chain ${key}: ${rule.shown}`;
    const goesOn = isCall && called.outcomes.has('return');
    if (matched === true && !goesOn) return { outcomes, ...(because === undefined ? {} : { because }) };
  }
  outcomes.add('return');
  return { outcomes, ...(because === undefined ? {} : { because }) };
}

interface Verdict {
  readonly outcome: Outcome;
  /** the chain that decides instead */
  readonly target?: string;
  readonly isGoto: boolean;
}

/** Whether the packet meets the conditions of a rule, and what the rule does then. */
function readRule(
  expressions: readonly unknown[],
  packet: BootPacket,
): { readonly matched: Matched; readonly verdict: Verdict | undefined } {
  let matched: Matched = true;
  for (const expression of expressions) {
    const verdict = verdictOf(expression);
    if (verdict !== undefined) return { matched, verdict };
    const one = matches(expression, packet);
    if (one === false) return { matched: false, verdict: undefined };
    if (one === 'unknown') matched = 'unknown';
  }
  return { matched, verdict: undefined };
}

function verdictOf(expression: unknown): Verdict | undefined {
  if (!isObject(expression)) return undefined;
  if ('accept' in expression) return { outcome: 'accept', isGoto: false };
  if ('drop' in expression || 'reject' in expression) return { outcome: 'drop', isGoto: false };
  if ('return' in expression) return { outcome: 'return', isGoto: false };
  const jump = expression['jump'] ?? expression['goto'];
  if (isObject(jump) && typeof jump['target'] === 'string') {
    return { outcome: 'return', target: jump['target'], isGoto: 'goto' in expression };
  }
  return undefined;
}

/** Whether a new packet from a client on the LAN matches one expression of a rule. */
function matches(expression: unknown, packet: BootPacket): Matched {
  if (!isObject(expression)) return 'unknown';
  if ('counter' in expression || 'log' in expression || 'comment' in expression || 'limit' in expression)
    return true;
  const match = expression['match'];
  if (!isObject(match)) return 'unknown';
  const { left, op, right } = match;
  const value = leftValue(left, packet);
  if (value === undefined) return 'unknown';
  const isEqual = rightContains(right, value);
  return isEqual === 'unknown'
    ? 'unknown'
    : op === '!='
      ? !isEqual
      : op === '==' || op === 'in'
        ? isEqual
        : 'unknown';
}

function leftValue(left: unknown, packet: BootPacket): string | number | undefined {
  if (!isObject(left)) return undefined;
  const { meta, payload, ct, fib } = left;
  if (isObject(meta)) {
    if (meta['key'] === 'iifname' || meta['key'] === 'iif') return packet.interfaceName;
    if (meta['key'] === 'l4proto') return packet.protocol;
    if (meta['key'] === 'nfproto') return 'ipv4';
    if (meta['key'] === 'pkttype') return packet.port === 67 ? 'broadcast' : 'host';
  }
  if (isObject(payload)) {
    if (payload['field'] === 'dport') {
      const isOurs = payload['protocol'] === packet.protocol || payload['protocol'] === 'th';
      return isOurs ? packet.port : -1;
    }
    if (payload['protocol'] === 'ip' && payload['field'] === 'protocol') return packet.protocol;
    if (payload['protocol'] === 'icmp' || payload['protocol'] === 'icmpv6' || payload['protocol'] === 'ip6')
      return -1;
    const other = payload['protocol'] === 'tcp' || payload['protocol'] === 'udp';
    if (other && payload['protocol'] !== packet.protocol) return -1;
  }
  if (isObject(fib) && fib['result'] === 'type' && String(fib['flags']) === 'daddr') {
    return packet.port === 67 ? 'broadcast' : 'local';
  }
  if (isObject(ct) && ct['key'] === 'state') return 'new';
  return undefined;
}

function rightContains(right: unknown, value: string | number): Matched {
  if (typeof right === 'string' || typeof right === 'number') {
    if (typeof right === 'string' && right.endsWith('*')) return String(value).startsWith(right.slice(0, -1));
    return right === value;
  }
  if (Array.isArray(right)) return right.some((item) => rightContains(item, value) === true);
  if (!isObject(right)) return 'unknown';
  if (Array.isArray(right['set'])) return right['set'].some((item) => rightContains(item, value) === true);
  const { range } = right;
  if (Array.isArray(range) && typeof value === 'number') {
    return value >= Number(range[0]) && value <= Number(range[1]);
  }
  return 'unknown';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
