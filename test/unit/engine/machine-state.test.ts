import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readMachineState, setArmed } from '../../../src/engine/machine-state.ts';
import { stateLayout, type StateLayout } from '../../../src/model/state-layout.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';

let layout: StateLayout;
beforeEach(async () => {
  layout = stateLayout(await mkdtemp(join(tmpdir(), 'pxectl-machines-')));
});
afterEach(() => rm(layout.root, { recursive: true }));

it('remembers each of many machines that report at once: one left armed would be installed again', async () => {
  const macs = Array.from({ length: 30 }, (_, index) => `52:54:00:00:00:${index + 10}` as MacAddress);
  const now = '2026-01-01T00:00:00.000Z';
  await Promise.all(macs.map((mac) => setArmed(layout, mac, false, now)));
  expect(Object.keys((await readMachineState(layout)).disarmed)).toEqual(macs);
  await Promise.all(macs.slice(1).map((mac) => setArmed(layout, mac, true, now)));
  expect((await readMachineState(layout)).disarmed).toEqual({ [macs[0] ?? '']: now });
});
