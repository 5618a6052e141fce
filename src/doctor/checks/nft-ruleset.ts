import type { FirewallChain, FirewallRule, FirewallRuleset } from './firewall-ruleset.ts';

/**
 * Reads `nft -j list ruleset`. Tables of IPv4 that are named in `leftOut` are not taken.
 * @throws SyntaxError when the text is no JSON
 */
export function readNftRuleset(json: string, leftOut: ReadonlySet<string> = new Set()): FirewallRuleset {
  const value = JSON.parse(json) as unknown;
  const chains = new Map<string, FirewallChain>();
  const rules = new Map<string, FirewallRule[]>();
  const list =
    isObject(value) && Array.isArray(value['nftables']) ? (value['nftables'] as readonly unknown[]) : [];
  for (const item of list) {
    if (!isObject(item)) continue;
    const { chain, rule } = item;
    const of = isObject(chain) ? chain : isObject(rule) ? rule : undefined;
    if (of === undefined) continue;
    // rules for IPv6, ARP and bridges do not see these packets
    if (!['ip', 'inet'].includes(text(of['family']))) continue;
    if (of['family'] === 'ip' && leftOut.has(text(of['table']))) continue;
    if (isObject(chain)) {
      const key = `${text(chain['family'])} ${text(chain['table'])} ${text(chain['name'])}`;
      chains.set(key, {
        key,
        hook: typeof chain['hook'] === 'string' ? chain['hook'] : undefined,
        priority: Number(chain['prio'] ?? 0),
        policy: typeof chain['policy'] === 'string' ? chain['policy'] : undefined,
      });
    }
    if (isObject(rule) && Array.isArray(rule['expr'])) {
      const key = `${text(rule['family'])} ${text(rule['table'])} ${text(rule['chain'])}`;
      const expressions = rule['expr'] as readonly unknown[];
      const shown = JSON.stringify(expressions).slice(0, 160);
      rules.set(key, [...(rules.get(key) ?? []), { expressions, shown }]);
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
