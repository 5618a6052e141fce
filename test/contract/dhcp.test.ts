import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineName } from '../../src/model/config.ts';
import {
  CLIENT,
  contractCases,
  CONTRACT_MACHINES_YAML,
  differencesOf,
  fieldsOf,
  RELAYED,
  type AnswerFields,
  type ContractCase,
  type FieldDifference,
} from '../support/engine/contract-cases.ts';
import { createEngineLab, whySkipped, type EngineLab } from '../support/engine/engine-lab.ts';
import { KNOWN_DIFFERENCES } from '../support/engine/known-differences.ts';
import type { Answer } from '../support/engine/packet-client.ts';
import { configText } from '../support/engine/prepare-state.ts';
import { randomCases } from '../support/engine/random-cases.ts';

const ENGINES: readonly EngineName[] = ['builtin', 'dnsmasq', 'docker'];
const skips = new Map<EngineName, string | undefined>();
for (const engine of ENGINES) skips.set(engine, await whySkipped(engine));

/** Enough for each kind of client on each way a few times; a packet costs some 30 ms. */
const RANDOM_PACKETS = { proxy: 200, 'pxe-only': 60 } as const;

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
    const random = randomCases(mode, RANDOM_PACKETS[mode]);
    const answers = new Map<EngineName, AnswerFields[]>();
    const randomAnswers = new Map<EngineName, AnswerFields[]>();
    let lab: EngineLab;

    beforeAll(async () => {
      lab = await createEngineLab({
        yaml: configText(
          mode,
          CONTRACT_MACHINES_YAML,
          mode === 'proxy'
            ? `, relayed: [${RELAYED.network}]`
            : ', router: 192.168.1.1, nameServers: [192.168.1.1, 9.9.9.9]',
        ),
        withDocker: skips.get('docker') === undefined,
      });
      // behind the client's address: a router with a relay, and the network that it relays for
      for (const address of [RELAYED.relay, RELAYED.client, RELAYED.stranger]) {
        await lab.lan.execIn('client', 'ip', ['address', 'add', `${address}/32`, 'dev', 'lo']);
        await lab.lan.execIn('lan', 'ip', ['route', 'add', address, 'via', CLIENT]);
      }
      const file = join(lab.folder, 'exchanges.json');
      await writeFile(file, JSON.stringify([...cases, ...random].map(({ exchange }) => exchange)));
      for (const name of ENGINES.filter((engine) => skips.get(engine) === undefined)) {
        const engine = await lab.startEngine(name);
        await engine.ready();
        const client = await lab.lan.execIn(
          'client',
          process.execPath,
          ['--import', 'tsx', 'test/support/engine/packet-client.ts', file],
          { timeoutMs: 120_000 },
        );
        if (client.exitCode !== 0) throw new Error(client.stderr);
        const fields = (JSON.parse(client.stdout) as Answer[]).map(fieldsOf);
        answers.set(name, fields.slice(0, cases.length));
        randomAnswers.set(name, fields.slice(cases.length));
        await engine.stop();
      }
    }, 300_000);
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

    it('has the same answers from dnsmasq on the host and in a container', () => {
      if (skips.get('docker') !== undefined) return;
      expect(answers.get('docker')).toEqual(answers.get('dnsmasq'));
      expect(randomAnswers.get('docker')).toEqual(randomAnswers.get('dnsmasq'));
    });
  },
);
