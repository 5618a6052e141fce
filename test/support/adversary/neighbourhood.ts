import { rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createVirtualLan, type VirtualLan } from '../../../src/lab/virtual-lan.ts';
import type { ProcessResult } from '../../../src/platform/processes.ts';
import { parseMac, type MacAddress } from '../../../src/protocol/addresses.ts';
import { configText, prepareState } from '../engine/prepare-state.ts';
import { pxectl } from '../pxectl-process.ts';
import type { Wait } from './good-client.ts';
import { SECRET } from './targets.ts';

export type Attack = readonly [name: string, howLongMsOrOften: number];
export interface Attacked {
  readonly attack: string;
  readonly beganAtMs?: number;
  readonly endedAtMs?: number;
  readonly result?: number;
}

/** The built pxectl in mode pxe-only on a LAN with a host that attacks (guest), one that boots meanwhile, and a configured one (node). */
export class Neighbourhood {
  private constructor(
    readonly lan: VirtualLan,
    readonly folder: string,
    /** of host node, the machine node-1 */
    readonly mac: MacAddress,
  ) {}

  static async make(): Promise<Neighbourhood> {
    const folder = await mkdtemp(join(tmpdir(), 'pxectl-neighbour-'));
    const lan = await createVirtualLan({ folder: join(folder, 'lan'), router: false });
    await lan.addHost('guest', '192.168.1.66');
    await lan.addHost('node', '192.168.1.61');
    const { stdout } = await lan.execIn('node', 'cat', ['/sys/class/net/eth0/address']);
    const mac = parseMac(stdout.trim()) ?? expect.fail();
    const machine = `machines: [{ mac: "${mac}", name: node-1, install: { seed: seed.cfg } }]`;
    await prepareState(folder, `${configText('pxe-only', machine)}# ${SECRET}\n`);
    const seed = `# ${SECRET}\nd-i preseed/late_command string wget @PXECTL_REPORT@/done\n`;
    await writeFile(join(folder, 'seed.cfg'), seed);
    for (const name of ['secret', '.pxectl/secret', '.pxectl/serve/secret']) {
      await writeFile(join(folder, name), SECRET, { flag: 'w' }).catch(() => undefined);
    }
    return new Neighbourhood(lan, folder, mac);
  }

  async destroy(): Promise<void> {
    await this.cli('down');
    await this.lan.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  cli(...args: string[]): Promise<ProcessResult> {
    const network = { namespace: this.lan.namespaceOf('lan'), destroy: async () => undefined };
    const env = {
      NODE_OPTIONS: `--expose-gc --import=file://${import.meta.dirname}/collect-garbage.mjs`,
      PXECTL_TEST_MEMORY: this.at('memory.json'),
    };
    return pxectl(args, { cwd: this.folder, network, env, timeoutMs: 120_000 });
  }

  /** Serves, with an install ordered for node-1; the process id of what serves. */
  async up(engine: string): Promise<number> {
    const { exitCode, stderr } = await this.cli('up', '--detach', '--no-look', '--engine', engine);
    expect(exitCode, stderr).toBe(0);
    expect((await this.cli('machines', 'arm', '--yes', 'node-1')).exitCode).toBe(0);
    const session = JSON.parse(await readFile(this.at('.pxectl/run/session.json'), 'utf8')) as {
      process: { pid: number };
    };
    return session.process.pid;
  }

  /** The attacks one after the other from host guest. */
  async attack(attacks: readonly Attack[]): Promise<Attacked[]> {
    const attacked: Attacked[] = [];
    const errors: string[] = [];
    const bad = await this.#start('guest', 'attacker-process.ts', JSON.stringify(attacks));
    bad.onLine((line) => {
      if (line.startsWith('{')) attacked.push(JSON.parse(line) as Attacked);
      else errors.push(line);
    });
    await bad.ended;
    expect(attacked, errors.join('\n')).toHaveLength(2 * attacks.length);
    return attacked;
  }

  /** The same, and how long the good client waited meanwhile. */
  async attackBesideGoodClient(attacks: readonly Attack[]): Promise<{ attacked: Attacked[]; waits: Wait[] }> {
    const waits: Wait[] = [];
    const errors: string[] = [];
    const good = await this.#start('client', 'good-client.ts');
    good.onLine((line) => (line.startsWith('{') ? waits.push(JSON.parse(line) as Wait) : errors.push(line)));
    await expect.poll(() => waits.length, { timeout: 40_000, message: errors.join('\n') }).toBeGreaterThan(2);
    const attacked = await this.attack(attacks);
    const endedAtMs = Date.now();
    // whoever waited at the end is waited for
    await expect.poll(() => (waits.at(-1)?.atMs ?? 0) > endedAtMs, { timeout: 60_000 }).toBe(true);
    good.kill('SIGTERM');
    await good.ended;
    return { attacked, waits };
  }

  /** What the program holds, garbage collected. */
  async memory(pid: number): Promise<{ rssBytes: number; heldBytes: number }> {
    rmSync(this.at('memory.json'), { force: true });
    process.kill(pid, 'SIGUSR2');
    await expect
      .poll(() => stat(this.at('memory.json')).catch(() => undefined), { timeout: 20_000 })
      .toBeDefined();
    return JSON.parse(await readFile(this.at('memory.json'), 'utf8')) as {
      rssBytes: number;
      heldBytes: number;
    };
  }

  #start(host: string, program: string, ...args: string[]) {
    const command = ['--import', 'tsx', join(import.meta.dirname, program), ...args];
    return this.lan.startIn(host, process.execPath, command);
  }
}

export const descriptors = async (pid: number): Promise<number> => (await readdir(`/proc/${pid}/fd`)).length;
