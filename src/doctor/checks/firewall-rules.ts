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

interface NftRule {
  readonly chain: string;
  readonly expressions: readonly unknown[];
}

interface NftChain {
  readonly key: string;
  readonly hook: string | undefined;
  readonly priority: number;
  readonly policy: string | undefined;
}

interface Ruleset {
  readonly chains: ReadonlyMap<string, NftChain>;
  readonly rules: ReadonlyMap<string, readonly NftRule[]>;
}

type Outcome = 'accept' | 'drop' | 'continue' | 'return' | 'unknown';
type Matched = boolean | 'unknown';
const MAX_DEPTH = 16;

/**
 * What a firewall does with a new incoming packet, judged from `nft -j list ruleset`. Rules that cannot be
 * understood count as unknown only when they could decide.
 * @throws SyntaxError when the text is no JSON
 */
export function judgeNftables(json: string, packet: BootPacket): FirewallVerdict {
  const ruleset = readRuleset(JSON.parse(json));
  const inputs = [...ruleset.chains.values()]
    .filter((chain) => chain.hook === 'input')
    .sort((a, b) => a.priority - b.priority);
  let unsure: string | undefined;
  for (const chain of inputs) {
    const walk = walkChain(ruleset, chain.key, packet, 0);
    const outcome =
      walk.outcome === 'continue' || walk.outcome === 'return'
        ? chain.policy === 'drop'
          ? 'drop'
          : 'accept'
        : walk.outcome;
    if (outcome === 'drop')
      return { verdict: 'drop', because: walk.because ?? `the policy of chain ${chain.key} is drop` };
    if (outcome === 'unknown') unsure ??= walk.because ?? chain.key;
  }
  return unsure === undefined ? { verdict: 'accept' } : { verdict: 'unknown', because: unsure };
}

function walkChain(
  ruleset: Ruleset,
  key: string,
  packet: BootPacket,
  depth: number,
): { outcome: Outcome; because?: string } {
  if (depth > MAX_DEPTH) return { outcome: 'unknown', because: 'chains call each other too deeply' };
  let unsure: string | undefined;
  for (const rule of ruleset.rules.get(key) ?? []) {
    const table = key.split(' ').slice(0, 2).join(' ');
    let matched: Matched = true;
    for (const expression of rule.expressions) {
      const verdict = verdictOf(expression);
      if (verdict === undefined) {
        const one = matches(expression, packet);
        if (one === false) matched = false;
        else if (one === 'unknown' && matched) matched = 'unknown';
        if (matched === false) break;
        continue;
      }
      const described = `rule in chain ${key}: ${JSON.stringify(rule.expressions).slice(0, 160)}`;
      const walked =
        verdict.target === undefined
          ? { outcome: verdict.outcome }
          : walkChain(ruleset, `${table} ${verdict.target}`, packet, depth + 1);
      if (walked.outcome === 'continue' || walked.outcome === 'return') {
        if (verdict.target === undefined && walked.outcome === 'return' && matched === true)
          return { outcome: 'return' };
        if (verdict.isGoto && matched === true) return { outcome: 'return' };
        break;
      }
      if (matched === true)
        return walked.outcome === 'drop'
          ? {
              outcome: 'drop',
              because: 'because' in walked && walked.because !== undefined ? walked.because : described,
            }
          : walked;
      unsure ??= described;
      break;
    }
  }
  return unsure === undefined ? { outcome: 'continue' } : { outcome: 'unknown', because: unsure };
}

function verdictOf(expression: unknown): { outcome: Outcome; target?: string; isGoto?: boolean } | undefined {
  if (!isObject(expression)) return undefined;
  if ('accept' in expression) return { outcome: 'accept' };
  if ('drop' in expression || 'reject' in expression) return { outcome: 'drop' };
  if ('return' in expression) return { outcome: 'return' };
  const jump = expression['jump'] ?? expression['goto'];
  if (isObject(jump) && typeof jump['target'] === 'string') {
    return { outcome: 'unknown', target: jump['target'], isGoto: 'goto' in expression };
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
  const { meta, payload, ct } = left;
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

function readRuleset(value: unknown): Ruleset {
  const chains = new Map<string, NftChain>();
  const rules = new Map<string, NftRule[]>();
  const list =
    isObject(value) && Array.isArray(value['nftables']) ? (value['nftables'] as readonly unknown[]) : [];
  for (const item of list) {
    if (!isObject(item)) continue;
    const { chain, rule } = item;
    if (isObject(chain)) {
      const key = `${text(chain['family'])} ${text(chain['table'])} ${text(chain['name'])}`;
      // rules for IPv6, ARP and bridges do not see these packets
      if (!['ip', 'inet'].includes(text(chain['family']))) continue;
      chains.set(key, {
        key,
        hook: typeof chain['hook'] === 'string' ? chain['hook'] : undefined,
        priority: Number(chain['prio'] ?? 0),
        policy: typeof chain['policy'] === 'string' ? chain['policy'] : undefined,
      });
    }
    if (isObject(rule) && Array.isArray(rule['expr'])) {
      const key = `${text(rule['family'])} ${text(rule['table'])} ${text(rule['chain'])}`;
      rules.set(key, [
        ...(rules.get(key) ?? []),
        { chain: key, expressions: rule['expr'] as readonly unknown[] },
      ]);
    }
  }
  return { chains, rules };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
