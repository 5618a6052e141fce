import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { openMachineStates } from '../../../src/machines/machine-states.ts';
import type { ArmedOrder } from '../../../src/model/machine-state.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';
import { itNeeds } from '../../support/external-tool.ts';

const MAC = '52:54:00:00:00:01' as MacAddress;
const OTHER = '52:54:00:00:00:02' as MacAddress;
const ORDER: ArmedOrder = { at: '2026-01-01T10:00:00.000Z', by: 'ada', isAlways: false };
const NOW = '2026-01-01T11:00:00.000Z';

let root: string;
const fill = (): void => {
  try {
    writeFileSync(join(root, 'filler'), Buffer.alloc(256 * 1024));
  } catch {
    // it is full
  }
};
const kindOf = async (mac: MacAddress): Promise<string | undefined> =>
  (await openMachineStates({ root }).known()).installs.get(mac)?.kind;

describe('a full disk', () => {
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'pxectl-full-'));
  });
  afterEach(() => {
    execFileSync('umount', [root]);
    rmSync(root, { recursive: true });
  });

  itNeeds('root', 'mount')(
    'gives no seed that cannot be recorded, and holds a disarm and a report',
    async () => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', root]);
      const states = openMachineStates({ root });
      await states.arm(
        new Map([
          [MAC, ORDER],
          [OTHER, ORDER],
        ]),
      );
      const token = (await states.known()).tokens.get(MAC)?.secret;
      fill();
      expect(await states.spend(MAC, NOW, token)).toMatchObject({ kind: 'not-recorded' });
      expect(await states.report(OTHER, NOW)).toMatchObject({ isWritten: false });
      expect((await states.known()).installs.get(OTHER)?.kind).toBe('installed');
      expect(await states.disarm([MAC])).toMatchObject({ isWritten: false });
      expect((await states.known()).installs.get(MAC)?.kind).not.toBe('armed');
      // a pxectl that starts now, after a crash, finds nobody armed
      expect(await kindOf(MAC)).not.toBe('armed');

      rmSync(join(root, 'filler'));
      await states.close();
      expect(await kindOf(MAC)).not.toBe('armed');
      expect(await kindOf(OTHER)).toBe('installed');
    },
  );
});
