import { rmSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { createVirtualLan, type VirtualLan } from '../../../src/lab/virtual-lan.ts';
import { macWithHyphens, parseMac, type MacAddress } from '../../../src/protocol/addresses.ts';
import { commandsOf, fencedBlocks, STORY } from '../../support/documents.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { pxectl } from '../../support/pxectl-process.ts';

const MACHINES = 30;

let lan: VirtualLan;
let folder: string;
const macs: MacAddress[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-class-room-'));
  lan = await createVirtualLan({});
});
afterAll(async () => {
  await cli(['down']);
  await lan.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const cli = (words: readonly string[]) =>
  pxectl(words, {
    cwd: folder,
    network: { namespace: lan.namespaceOf('lan'), destroy: async () => undefined },
  });

/** What nobody is there to answer, and what a test leaves out. */
const ADDED: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^pxectl (?:install|machines adopt|machines set --profile) /, ['--yes']],
  [/^pxectl up /, ['--no-look', '--engine', 'builtin']],
];

/**
 * Each machine does its part: reads its boot script until that leads to its seed, and reports as the seed says. That it was not
 * installed is told by the command that waits for it.
 */
async function beInstalled(index: number): Promise<void> {
  const boots = `http://192.168.1.50:8080/machines/${macWithHyphens(macs[index]!)}.ipxe`;
  const script = [
    `until seed=$(curl -sf ${boots} | grep -om1 'http://[^ ]*/seed/[^ ]*preseed.cfg'); do sleep 1; done`,
    `report=$(curl -sf "$seed" | grep -om1 'http://[^ ]*/report/[^ ]*/done')`,
    `curl -sf --data-binary '' "$report"`,
  ].join('; ');
  await lan.execIn(`pc${index}`, 'timeout', ['150', 'sh', '-c', script], { timeoutMs: 160_000 });
}

describe('the class room of the documents', () => {
  itNeeds('root', 'ip', 'curl')(
    'is installed by the commands of the page, in its order',
    { timeout: 300_000 },
    async () => {
      for (let index = 0; index < MACHINES; index++) {
        await lan.addHost(`pc${index}`, `192.168.1.${101 + index}`);
        const { stdout } = await lan.execIn(`pc${index}`, 'cat', ['/sys/class/net/eth0/address']);
        macs.push(parseMac(stdout.trim())!);
      }
      const rows = macs.map(
        (mac, index) => `pc-${String(index + 1).padStart(2, '0')},${mac.toUpperCase()},${index + 1}`,
      );
      await writeFile(join(folder, 'room.csv'), ['name,mac,vars.seat', ...rows, ''].join('\n'));
      await writeFile(
        join(folder, 'teacher.pub'),
        'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLEexampleEXAMPLEexampleEXAMPLEexample teacher\n',
      );
      const installs: Promise<void>[] = [];
      for (const { language, text } of fencedBlocks(STORY)) {
        if (language === 'yaml') {
          const path = join(folder, 'pxectl.yaml');
          const written = await readFile(path, 'utf8');
          const keys = text.match(/^\w+(?=:)/gm)?.join('|');
          const others = written.replace(new RegExp(`^(?:${keys}):.*\\n(?:[ -].*\\n)*`, 'gm'), '');
          await writeFile(path, `${others}\n${text}`);
        }
        for (const command of commandsOf(text)) {
          if (command.startsWith('pxectl install')) {
            // they are switched on all at once
            installs.push(...macs.map((_, index) => beInstalled(index)));
          }
          const more = ADDED.flatMap(([pattern, words]) => (pattern.test(command) ? words : []));
          const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(
            ([, quoted, plain]) => quoted ?? plain ?? '',
          );
          const { exitCode, stderr, stdout } = await cli([...words.slice(1), ...more]);
          expect(exitCode, `${command}: ${stderr}`).toBe(0);
          if (command === 'pxectl machines')
            expect(stdout.match(/^pc-\d\d .* installed /gm)).toHaveLength(MACHINES);
          if (command.startsWith('pxectl install'))
            expect(stderr).toContain(`${MACHINES} of ${MACHINES} installed`);
        }
      }
      await Promise.all(installs);
      expect(installs).toHaveLength(MACHINES);
    },
  );
});
