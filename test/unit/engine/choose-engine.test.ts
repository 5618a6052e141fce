import { describe, expect, it } from 'vitest';
import { chooseEngine } from '../../../src/engine/choose-engine.ts';
import type { Engine, EngineInput } from '../../../src/engine/engine.ts';
import type { EngineName } from '../../../src/model/config.ts';

const input = {} as EngineInput;
const engine = (name: EngineName, whyNot?: string): Engine => ({
  name,
  whyUnavailable: () => Promise.resolve(whyNot),
  start: () => Promise.reject(new Error('not in this test')),
});

describe('chooseEngine', () => {
  it('takes the one asked for without asking whether it can run: its start says why not', async () => {
    const chosen = await chooseEngine('docker', input, [engine('docker', 'no'), engine('builtin')]);
    expect(chosen).toMatchObject({ engine: { name: 'docker' }, why: 'as asked for' });
  });

  it('with auto takes the first that can run, and says in one line why not the others', async () => {
    const engines = [
      engine('docker', 'no Docker Engine answers on this machine'),
      engine('dnsmasq'),
      engine('builtin'),
    ];
    const chosen = await chooseEngine('auto', input, engines);
    expect(chosen.engine.name).toBe('dnsmasq');
    expect(chosen.why).toBe('not docker (no Docker Engine answers on this machine)');
  });

  it('ends at the built-in servers', async () => {
    const engines = [engine('docker', 'a'), engine('dnsmasq', 'b'), engine('builtin')];
    const chosen = await chooseEngine('auto', input, engines);
    expect(chosen).toMatchObject({ engine: { name: 'builtin' }, why: 'not docker (a), not dnsmasq (b)' });
  });
});
