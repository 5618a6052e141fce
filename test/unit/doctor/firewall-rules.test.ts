import { describe, expect, it } from 'vitest';
import { judgeNftables, type BootPacket } from '../../../src/doctor/checks/firewall-rules.ts';

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
  judgeNftables(JSON.stringify({ nftables: [{ metainfo: {} }, ...items] }), packet).verdict;

describe('judgeNftables', () => {
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
});
