import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCheck, type Check, type CheckResult } from '../../../src/doctor/checks/check.ts';
import { fileChecks } from '../../../src/doctor/checks/file-checks.ts';
import { hostChecks } from '../../../src/doctor/checks/host-checks.ts';
import { explain } from '../../../src/doctor/explain.ts';
import { makeFinding } from '../../../src/doctor/finding-catalogue.ts';
import { lookUp } from '../../../src/doctor/knowledge/look-up.ts';
import { KNOWLEDGE } from '../../../src/doctor/knowledge/messages.ts';
import { stateLayout } from '../../../src/model/state-layout.ts';
import type { Ipv4Address } from '../../../src/protocol/addresses.ts';
import { contextFrom, DEBIAN_12 } from '../../support/boot-context.ts';

const CHECKS = new URL('../../../src/doctor/checks', import.meta.url).pathname;
const SUBJECT = {
  ...{ interfaceName: 'eno1', address: '192.168.1.50' as Ipv4Address, prefix: 24 },
  ...{ httpPort: 8080, isServing: false },
};
const { config } = contextFrom(
  'version: 1\nnetwork: { interface: eno1, address: 192.168.1.50 }\nimages: [debian-12]\n',
  [DEBIAN_12],
);

it('"not so here" is said of nothing that its check cannot find', () => {
  const sources = readdirSync(CHECKS).map((name) => readFileSync(join(CHECKS, name), 'utf8'));
  const made = sources.flatMap((text) =>
    [...text.matchAll(/makeFinding\(\s*'([a-z0-9-]+)'/g)].map(([, id]) => id),
  );
  const checks = [...hostChecks(SUBJECT), ...fileChecks(config, stateLayout('/nowhere'))];
  for (const { id, covers } of checks)
    expect([id, covers.filter((one) => !made.includes(one))]).toEqual([id, []]);
});

it('what is missing has no tick, however harmless it is', async () => {
  const finding = makeFinding('privilege-missing', [{ source: 'host', text: 'x' }], { severity: 'info' });
  const check: Check = {
    id: 'privileges',
    group: 'host',
    title: 'rights',
    covers: ['privilege-missing'],
    look: async () => ({ seen: 'CAP_NET_RAW is missing', isLacking: true, findings: [finding] }),
  };
  const result = await runCheck(check);
  expect(result.status).toBe('found');
  const entry = KNOWLEDGE.find(({ causes }) =>
    causes.some((cause) => 'finding' in cause && cause.finding === 'privilege-missing'),
  );
  const explained = entry === undefined ? undefined : explain(entry, [result]);
  const cause = explained?.causes.find((one) => one.finding === 'privilege-missing');
  expect(cause?.status).toBe('found-here');
});

it('nothing to look at is not checked, and not well', async () => {
  const [, images] = fileChecks({ ...config, images: [] }, stateLayout('/nowhere'));
  if (images === undefined) expect.fail();
  expect(await runCheck(images)).toMatchObject({ status: 'not-checked' });
});

it('"not so here" is a claim: only what excludes a cause rules it out, else it says what would check it', () => {
  const well = [...hostChecks(SUBJECT), ...fileChecks(config, stateLayout('/nowhere'))].map(
    ({ look: _look, excludes, ...check }): CheckResult => ({
      ...check,
      ...{ excludes: excludes ?? check.covers, status: 'ok', detail: 'all well', findings: [] },
    }),
  );
  for (const { covers, excludes } of well) for (const id of excludes) expect(covers).toContain(id);
  const statusOf = (text: string, finding: string) => {
    const [entry] = lookUp(text).matches;
    return entry && explain(entry, well).causes.find((cause) => cause.finding === finding);
  };
  // files that are well on this server say nothing of the machine's Secure Boot, nor of what it was given
  expect(statusOf('Secure Boot Violation', 'unsigned-loader-under-secure-boot')).toMatchObject({
    status: 'not-checked',
    detail: expect.stringContaining('set-up whether Secure Boot is on') as string,
  });
  expect(statusOf('PXE-E23', 'loader-missing')?.status).toBe('not-checked');
  expect(statusOf('PXE-E16', 'no-discover-seen')?.status).toBe('not-checked');
  expect(statusOf('failed to bind DHCP server socket: Address already in use', 'port-in-use')?.status).toBe(
    'not-found-here',
  );
});
