import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_NAMES, type EngineName } from '../../src/model/config.ts';
import {
  CLIENT,
  contractCases,
  contractYaml,
  differencesOf,
  fieldsOf,
  RELAYED,
  SERVER,
  type AnswerFields,
  type ContractCase,
  type FieldDifference,
} from '../support/engine/contract-cases.ts';
import {
  createEngineLab,
  whySkipped,
  type EngineLab,
  type EngineUnderTest,
} from '../support/engine/engine-lab.ts';
import { KNOWN_DIFFERENCES } from '../support/engine/known-differences.ts';
import type { Answer } from '../support/engine/packet-client.ts';
import { configText } from '../support/engine/prepare-state.ts';
import { randomCases } from '../support/engine/random-cases.ts';

const BEHIND_CLIENT = [RELAYED.relay, RELAYED.client, RELAYED.stranger];
/** The built-in one first: the others are held to it. */
const ENGINES = ENGINE_NAMES.toReversed();
const skips = new Map<EngineName, string | undefined>();
for (const engine of ENGINES) skips.set(engine, await whySkipped(engine));

/** Enough for each kind of client on each way a few times; a packet costs some 30 ms. */
const RANDOM_PACKETS = { proxy: 200, 'pxe-only': 60 } as const;

/** Behind the named relay, and with HTTP Boot, a profile takes who is no machine. */
const isOfUnknown = (name: string): boolean =>
  / machine (?:unknown|pi): /.test(name) && !name.startsWith('uefi-http');

/** Where an engine answers otherwise than the built-in servers, and docs/engines.md does not say so. */
function unexplained(
  mode: 'proxy' | 'pxe-only',
  sent: readonly ContractCase[],
  builtin: readonly AnswerFields[] = [],
  other: readonly AnswerFields[] = [],
): (FieldDifference & { readonly packet: string })[] {
  expect(other).toHaveLength(sent.length);
  return sent.flatMap(({ name: packet }, index) =>
    differencesOf(builtin[index] ?? {}, other[index] ?? {})
      .filter(
        (difference) => !KNOWN_DIFFERENCES.some((known) => known.covers({ mode, packet, ...difference })),
      )
      .map((difference) => ({ packet, ...difference })),
  );
}

describe.skipIf(skips.get('builtin') !== undefined).each(['proxy', 'pxe-only'] as const)(
  'DHCP contract, mode %s',
  (mode) => {
    const cases = contractCases(mode);
    const discovers = cases.filter(({ name }) => / machine (?:unknown|local|of a profile): DISC/.test(name));
    const random = randomCases(mode, RANDOM_PACKETS[mode]);
    const answers = new Map<EngineName, AnswerFields[]>();
    const randomAnswers = new Map<EngineName, AnswerFields[]>();
    /** whether they answer after their address, then their interface, was away */
    const answersAgain = new Map<EngineName, boolean[]>();
    /** with `boot.unknown: ignore` */
    const answersToKnown = new Map<EngineName, AnswerFields[]>();
    /** of a lease when the configuration names no router and no name server */
    const bareLeases = new Map<EngineName, AnswerFields>();
    let lab: EngineLab;

    beforeAll(async () => {
      lab = await createEngineLab({
        yaml: configText(
          mode,
          contractYaml(mode),
          mode === 'proxy'
            ? `, relayed: [${RELAYED.network}]`
            : ', router: 192.168.1.1, nameServers: [192.168.1.1, 9.9.9.9]',
        ),
        withDocker: skips.get('docker') === undefined,
      });
      for (const address of BEHIND_CLIENT) {
        await lab.lan.execIn('client', 'ip', ['address', 'add', `${address}/32`, 'dev', 'lo']);
      }
      await routeBehindClient();
      const running = ENGINES.filter((engine) => skips.get(engine) === undefined);
      for (const name of running) {
        const engine = await lab.startEngine(name);
        await engine.ready();
        const fields = await ask([...cases, ...random]);
        answers.set(name, fields.slice(0, cases.length));
        randomAnswers.set(name, fields.slice(cases.length));
        if (mode === 'proxy') answersAgain.set(name, await afterInterruptions(engine));
        await engine.stop();
      }
      if (mode === 'proxy') {
        const text = configText(mode, contractYaml(mode), `, relayed: [${RELAYED.network}]`);
        await writeFile(lab.configPath, text.replace('menu: true', 'menu: true, unknown: ignore'));
        for (const name of running) {
          const engine = await lab.startEngine(name, { checks: false });
          await engine.ready();
          answersToKnown.set(name, await ask(discovers));
          await engine.stop();
        }
        return;
      }
      await writeFile(lab.configPath, configText(mode, contractYaml(mode)));
      for (const name of running) {
        const engine = await lab.startEngine(name, { checks: false });
        await engine.ready();
        bareLeases.set(name, (await ask(cases.slice(0, 1)))[0] ?? {});
        await engine.stop();
      }
    }, 300_000);

    async function ask(some: readonly ContractCase[]): Promise<AnswerFields[]> {
      const file = join(lab.folder, 'exchanges.json');
      await writeFile(file, JSON.stringify(some.map(({ exchange }) => exchange)));
      const args = ['--import', 'tsx', 'test/support/engine/packet-client.ts', file];
      const client = await lab.lan.execIn('client', process.execPath, args, { timeoutMs: 120_000 });
      if (client.exitCode !== 0) throw new Error(client.stderr);
      return (JSON.parse(client.stdout) as Answer[]).map(fieldsOf);
    }

    /** behind the client's address: a router with a relay, and the network that it relays for */
    async function routeBehindClient(): Promise<void> {
      for (const address of BEHIND_CLIENT) await ip('route', 'replace', address, 'via', CLIENT);
    }

    async function ip(...args: string[]): Promise<void> {
      const { exitCode, stderr } = await lab.lan.execIn('lan', 'ip', args);
      if (exitCode !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
    }

    async function afterInterruptions(engine: EngineUnderTest): Promise<boolean[]> {
      const isAnswered = async (): Promise<boolean> => {
        const before = await ask(cases.slice(0, 1)).catch(() => []);
        return before[0]?.['answers'] === '1' || (await ask(cases.slice(0, 1)))[0]?.['answers'] === '1';
      };
      await ip('address', 'del', `${SERVER}/24`, 'dev', 'br0');
      await ip('address', 'add', `${SERVER}/24`, 'dev', 'br0');
      const hasAddress = await isAnswered();
      // a card that is plugged in again keeps its MAC: the client has it in its neighbour table
      const { stdout: mac } = await lab.lan.execIn('lan', 'cat', ['/sys/class/net/br0/address']);
      await ip('link', 'del', 'br0');
      await ip('link', 'add', 'br0', 'address', mac.trim(), 'type', 'bridge');
      await ip('link', 'set', 'v-client', 'master', 'br0');
      await ip('address', 'add', `${SERVER}/24`, 'dev', 'br0');
      await ip('link', 'set', 'br0', 'up');
      await engine.rebind();
      const hasInterface = await isAnswered();
      await routeBehindClient();
      return [hasAddress, hasInterface];
    }

    afterAll(() => lab?.destroy());

    it('is answered by the built-in servers: each known firmware gets a file, once', () => {
      const builtin = answers.get('builtin') ?? [];
      const offered = cases.filter((_, index) => builtin[index]?.['answers'] === '1').map(({ name }) => name);
      expect(offered.length).toBeGreaterThan(mode === 'proxy' ? 25 : 5);
      for (const [index, fields] of builtin.entries()) {
        if (fields['answers'] === '0') continue;
        expect(fields['file'], cases[index]?.name).not.toBe('');
        expect(fields['siaddr'], cases[index]?.name).toBe('192.168.1.50');
      }
    });

    it('takes clients that are no machine by the first profile that matches', () => {
      const fileOf = (name: string): string | undefined => {
        const index = cases.findIndex((one) => one.name === name);
        return answers.get('builtin')?.[index]?.['file'];
      };
      expect(fileOf('ipxe on UEFI, machine of a profile: DISCOVER')).toContain(
        '/profiles/locked-pc/boot.ipxe',
      );
      if (mode === 'pxe-only') {
        expect(fileOf('uefi-x64, machine of a profile: DISCOVER')).toBe('profiles/locked-pc/shimx64.efi');
        return;
      }
      expect(fileOf('bios, machine of a profile: DISCOVER')).toBe('profiles/pc/lpxelinux.0');
      expect(fileOf('uefi-x64, machine of a profile: REQUEST to port 4011')).toBeUndefined();
      expect(fileOf('uefi-http-x64, machine unknown: DISCOVER')).toContain('/loaders/profiles/http/ipxe/');
      expect(fileOf('bios, machine by its UUID: DISCOVER')).toBe('undionly.kpxe');
      expect(fileOf('bios, a named relay: DISCOVER')).toBe('profiles/room/undionly.kpxe');
      expect(fileOf('uefi-x64, behind the relay: REQUEST to port 4011')).toContain('profiles/room/');
      expect(fileOf('uefi-http-x64, a named relay: DISCOVER')).toBeUndefined();
    });

    it.each(mode === 'proxy' ? ENGINES : [])(
      '%s answers again when its address, and when its interface, is back',
      (name) => {
        if (skips.get(name) === undefined) expect(answersAgain.get(name)).toEqual([true, true]);
      },
    );

    it.each(mode === 'proxy' ? [] : ENGINES)(
      '%s names no router and no name server that nobody named',
      (name) => {
        if (skips.get(name) !== undefined) return;
        const named = Object.entries(bareLeases.get(name) ?? {}).filter(([field]) => /^(?:3|6) /.test(field));
        expect(bareLeases.get(name)?.['yiaddr']).toBe('an address of the range');
        expect(named).toEqual([]);
        expect(
          Object.keys(answers.get(name)?.[0] ?? {}).filter((field) => /^(?:3|6) /.test(field)),
        ).toHaveLength(2);
      },
    );

    it('serves clients behind a relay only on networks that the configuration names', () => {
      const answered = (pattern: RegExp): Set<string | undefined> =>
        new Set(
          cases.flatMap(({ name }, index) =>
            pattern.test(name) ? [answers.get('builtin')?.[index]?.['answers']] : [],
          ),
        );
      const isProxy = mode === 'proxy';
      const served = isProxy ? '1' : '0';
      expect(answered(/^(?:bios|uefi-x64), a named relay(?: with option 82)?: DISCOVER$/)).toEqual(
        new Set([served]),
      );
      expect(answered(/, an unknown relay for a named network: DISCOVER$/)).toEqual(new Set([served]));
      expect(answered(/, an unknown relay: DISCOVER$/)).toEqual(new Set(['0']));
      expect(answered(/, a named relay for an unknown network: DISCOVER$/)).toEqual(new Set(['0']));
      if (isProxy) expect(answered(/^(?:bios|uefi-x64), behind the relay/)).toEqual(new Set(['1']));
    });

    it.each(ENGINES.slice(1))('%s answers field by field as the built-in servers do', (name) => {
      if (skips.get(name) !== undefined) return;
      expect(unexplained(mode, cases, answers.get('builtin'), answers.get(name))).toEqual([]);
    });

    it.each(ENGINES.slice(1))('%s answers random legal packets as the built-in servers do', (name) => {
      if (skips.get(name) !== undefined) return;
      const served = randomAnswers.get('builtin')?.filter(({ answers: count }) => count === '1') ?? [];
      expect(served.length).toBeGreaterThan(RANDOM_PACKETS[mode] / 4);
      expect(unexplained(mode, random, randomAnswers.get('builtin'), randomAnswers.get(name))).toEqual([]);
    });

    it.each(mode === 'proxy' ? ENGINES : [])(
      '%s answers nobody whom neither machines nor a profile has, where unknown ones are ignored',
      (name) => {
        if (skips.get(name) !== undefined) return;
        const before = answers.get('builtin') ?? [];
        const expected = discovers.map((one) =>
          isOfUnknown(one.name) ? '0' : before[cases.indexOf(one)]?.['answers'],
        );
        expect(new Set(expected)).toEqual(new Set(['0', '1']));
        const named = (counts: readonly (string | undefined)[]) =>
          counts.map((count, index) => [discovers[index]?.name, count]);
        const told = answersToKnown.get(name)?.map(({ answers: count }) => count);
        expect(named(told ?? [])).toEqual(named(expected));
      },
    );

    it('has the same answers from dnsmasq on the host and in a container', () => {
      if (skips.get('docker') !== undefined) return;
      expect(answers.get('docker')).toEqual(answers.get('dnsmasq'));
      expect(randomAnswers.get('docker')).toEqual(randomAnswers.get('dnsmasq'));
    });
  },
);
