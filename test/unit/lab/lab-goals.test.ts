import { expect, it } from 'vitest';
import { formatLabEnd } from '../../../src/cli/lab-view.ts';
import { goalsOf, missingGoal } from '../../../src/lab/lab-goals.ts';
import type { LabReport } from '../../../src/lab/lab-report.ts';
import { whyStandingStill } from '../../../src/lab/stage-deadlines.ts';
import type { ImageManifest } from '../../../src/model/image.ts';
import { DEBIAN_12 } from '../../support/boot-context.ts';

const LIVE: ImageManifest = {
  ...DEBIAN_12,
  id: 'my-live',
  files: [...DEBIAN_12.files, { role: 'root-image', path: 'live.squashfs', sizeBytes: 900, sha256: '' }],
  boot: { arguments: ['fetch={root}'], seedArguments: [], seedFormat: 'none', ramMiB: 1024 },
};
const kernelIsUp = {
  ...{ isKernelUp: true, isSeedRequested: false, rootImageBytes: 0 },
  ...{ isReported: false, isAtLogin: false },
};
const reportOf = (goals: LabReport['goals']): LabReport =>
  ({ ok: true, goals, image: 'x', totalMs: 1000, notes: [] }) as unknown as LabReport;

it('waits for the whole root image of a live system, and claims no seed', () => {
  const wanted = goalsOf(LIVE, true);
  expect(wanted.goals).toEqual(['kernel-up', 'root-image']);
  expect(missingGoal(wanted, kernelIsUp)).toBe('root-image');
  expect(missingGoal(wanted, { ...kernelIsUp, rootImageBytes: 899 })).toBe('root-image');
  expect(missingGoal(wanted, { ...kernelIsUp, rootImageBytes: 900 })).toBeUndefined();
  expect(formatLabEnd(reportOf(wanted.goals))[0]).toMatch(/^ok: x came up and loaded its root image in/);
});

it('waits for the seed of an installer', () => {
  const wanted = goalsOf(DEBIAN_12, true);
  expect(wanted.goals).toEqual(['kernel-up', 'install-seed']);
  expect(missingGoal(wanted, kernelIsUp)).toBe('install-seed');
  expect(formatLabEnd(reportOf(wanted.goals))[0]).toMatch(/^ok: x came up and asked for its install seed in/);
});

it('follows an installation to its report, and to the login prompt after it', () => {
  const wanted = goalsOf(DEBIAN_12, true, true);
  const seeded = { ...kernelIsUp, isSeedRequested: true };
  expect(missingGoal(wanted, seeded)).toBe('install-report');
  expect(missingGoal(wanted, { ...seeded, isReported: true })).toBe('login');
  expect(missingGoal(wanted, { ...seeded, isReported: true, isAtLogin: true })).toBeUndefined();
  expect(formatLabEnd(reportOf(wanted.goals))[0]).toMatch(
    /reported that it is installed and started its disk to the login prompt in/,
  );
});

it("claims the kernel alone behind somebody's own boot server, which tells no more", () => {
  expect(goalsOf(LIVE, false).goals).toEqual(['kernel-up']);
  expect(formatLabEnd(reportOf(['kernel-up']))[0]).toMatch(/^ok: x came up in/);
});

it('names what the running system did not do', () => {
  const record = { stage: 'kernel-up', startMs: 0, endMs: 0, detail: '' } as const;
  const timeline = {
    current: record,
    lastSignMs: 0,
    complainedAtMs: undefined,
    panic: undefined,
    isKernelUp: true,
  };
  expect(whyStandingStill(timeline, 300_000, 'root-image')).toBeUndefined();
  expect(whyStandingStill(timeline, 700_000, 'root-image')).toMatch(/its root image was not loaded whole/);
  expect(whyStandingStill(timeline, 300_000, 'install-seed')).toMatch(/never asked for its seed/);
  expect(whyStandingStill(timeline, 3_600_000, 'install-report')).toBeUndefined();
  expect(whyStandingStill(timeline, 1_000_000, 'login')).toMatch(/no login prompt on the serial port/);
});
