import { describe, expect, it } from 'vitest';
import { judgeFirewall, type BootPacket } from '../../../src/doctor/checks/firewall-rules.ts';
import { readIptablesRuleset } from '../../../src/doctor/checks/iptables-ruleset.ts';
import { readNftRuleset } from '../../../src/doctor/checks/nft-ruleset.ts';

const packet: BootPacket = { protocol: 'udp', port: 4011, interfaceName: 'eno1' };

const chain = (name: string, hook?: string, policy?: string) => ({
  chain: { family: 'inet', table: 'filter', name, ...(hook ? { hook, prio: 0, policy } : {}) },
});
const rule = (chainName: string, ...expr: unknown[]) => ({
  rule: { family: 'inet', table: 'filter', chain: chainName, expr },
});
const port = (protocol: string, right: unknown) => ({
  match: { op: '==', left: { payload: { protocol, field: 'dport' } }, right },
});
const state = (...right: string[]) => ({ match: { op: 'in', left: { ct: { key: 'state' } }, right } });
const judge = (...items: unknown[]) =>
  judgeFirewall(readNftRuleset(JSON.stringify({ nftables: [{ metainfo: {} }, ...items] })), packet).verdict;

describe('judgeFirewall', () => {
  it('lets everything in without rules, and with the policy accept', () => {
    expect(judge()).toBe('accept');
    expect(judge(chain('input', 'input', 'accept'))).toBe('accept');
  });

  it('follows the policy, ports, sets, ranges, states and interfaces', () => {
    const input = chain('input', 'input', 'drop');
    expect(judge(input)).toBe('drop');
    expect(judge(input, rule('input', state('established', 'related'), { accept: null }))).toBe('drop');
    expect(judge(input, rule('input', port('udp', 4011), { accept: null }))).toBe('accept');
    expect(judge(input, rule('input', port('tcp', 4011), { accept: null }))).toBe('drop');
    expect(judge(input, rule('input', port('udp', { set: [67, 69, 4011] }), { accept: null }))).toBe(
      'accept',
    );
    expect(judge(input, rule('input', port('udp', { range: [4000, 5000] }), { accept: null }))).toBe(
      'accept',
    );
    expect(
      judge(
        input,
        rule(
          'input',
          { match: { op: '==', left: { meta: { key: 'iifname' } }, right: 'lo' } },
          { accept: null },
        ),
      ),
    ).toBe('drop');
    expect(
      judge(
        input,
        rule(
          'input',
          { match: { op: '==', left: { meta: { key: 'iifname' } }, right: 'eno*' } },
          { counter: {} },
          { accept: null },
        ),
      ),
    ).toBe('accept');
    expect(judge(chain('input', 'input', 'accept'), rule('input', port('udp', 4011), { reject: null }))).toBe(
      'drop',
    );
  });

  it('follows jumps, and comes back from chains that do not decide', () => {
    const base = [
      chain('input', 'input', 'drop'),
      chain('boot'),
      rule('input', { jump: { target: 'boot' } }),
    ];
    expect(judge(...base, rule('boot', port('udp', 4011), { accept: null }))).toBe('accept');
    expect(judge(...base, rule('boot', { return: null }), rule('input', { accept: null }))).toBe('accept');
    expect(
      judge(
        chain('input', 'input', 'accept'),
        chain('a'),
        rule('input', { jump: { target: 'a' } }),
        rule('a', port('udp', 4011), { drop: null }),
      ),
    ).toBe('drop');
  });

  it('says that it does not know when a rule that it cannot read decides', () => {
    const strange = { xt: { type: 'match', name: 'recent' } };
    expect(judge(chain('input', 'input', 'accept'), rule('input', strange, { drop: null }))).toBe('unknown');
    expect(
      judge(
        chain('input', 'input', 'accept'),
        rule('input', port('udp', 4011), { accept: null }),
        rule('input', strange, { drop: null }),
      ),
    ).toBe('accept');
  });

  it('does not call dropped what a rule that it cannot read may have let in or led out before', () => {
    const strange = { xt: { type: 'match', name: 'addrtype' } };
    const input = chain('input', 'input', 'drop');
    expect(judge(input, rule('input', strange, { accept: null }), rule('input', { drop: null }))).toBe(
      'unknown',
    );
    const base = [input, chain('not-local'), rule('input', { jump: { target: 'not-local' } })];
    const led = [rule('not-local', strange, { return: null }), rule('not-local', { drop: null })];
    expect(judge(...base, ...led, rule('input', { accept: null }))).toBe('unknown');
    // it does not matter which of the two it is
    expect(judge(...base, ...led)).toBe('drop');
    expect(judge(input, rule('input', strange, { accept: null }), rule('input', { accept: null }))).toBe(
      'accept',
    );
  });
});

describe('rules of iptables', () => {
  const table = (...lines: string[]): string => ['*filter', ...lines, 'COMMIT', ''].join('\n');
  const judged = (text: string, of: Partial<BootPacket> = {}) =>
    judgeFirewall(readIptablesRuleset(text), { ...packet, ...of }).verdict;

  it('follow the policy of INPUT, and no other', () => {
    expect(judged('')).toBe('accept');
    expect(judged(table(':INPUT ACCEPT [0:0]', ':FORWARD DROP [0:0]'))).toBe('accept');
    expect(judged(table(':INPUT DROP [3:180]'))).toBe('drop');
  });

  it('follow protocols, ports, lists, ranges, interfaces, states and negation', () => {
    const only = (rule: string): string => table(':INPUT DROP [0:0]', `-A INPUT ${rule} -j ACCEPT`);
    expect(judged(only('-p udp -m udp --dport 4011'))).toBe('accept');
    expect(judged(only('-p tcp -m tcp --dport 4011'))).toBe('drop');
    expect(judged(only('-p udp -m udp --dport 4000:4020'))).toBe('accept');
    expect(judged(only('-p udp -m multiport --dports 67,69,4011'))).toBe('accept');
    expect(judged(only('-p udp -m multiport --dports 67,69,4000:4010'))).toBe('drop');
    expect(judged(only('-i eno+'))).toBe('accept');
    expect(judged(only('-i lo'))).toBe('drop');
    expect(judged(only('! -i lo'))).toBe('accept');
    expect(judged(only('-m conntrack --ctstate RELATED,ESTABLISHED'))).toBe('drop');
    expect(judged(only('-m state --state NEW'))).toBe('accept');
    expect(judged(only('-m comment --comment "ssh -p udp and more"'))).toBe('accept');
    expect(judged(only('-s 192.168.1.0/24'))).toBe('unknown');
    expect(judged(only('-m recent --rcheck --name x'))).toBe('unknown');
  });

  it('are followed through chains of their own, with what a rejection or a log adds', () => {
    const chains = (...rules: string[]): string =>
      table(':INPUT ACCEPT [0:0]', ':boot - [0:0]', '-A INPUT -j boot', ...rules);
    expect(judged(chains('-A boot -j REJECT --reject-with icmp-port-unreachable'))).toBe('drop');
    expect(judged(chains('-A boot -j LOG --log-prefix "[x] "'))).toBe('accept');
    expect(judged(chains('-A boot -p udp -j RETURN', '-A boot -j DROP'))).toBe('accept');
    expect(judged(chains('-A boot -m addrtype --dst-type LOCAL -j RETURN', '-A boot -j DROP'))).toBe(
      'accept',
    );
    // a DISCOVER is a broadcast
    expect(
      judged(chains('-A boot -m addrtype --dst-type LOCAL -j RETURN', '-A boot -j DROP'), { port: 67 }),
    ).toBe('drop');
  });

  it('show the line that drops', () => {
    const text = table(':INPUT ACCEPT [0:0]', '-A INPUT -p udp -m udp --dport 4011 -j DROP');
    expect(judgeFirewall(readIptablesRuleset(text), packet)).toEqual({
      verdict: 'drop',
      because: 'rule in chain ip filter INPUT: -A INPUT -p udp -m udp --dport 4011 -j DROP',
    });
  });
});
