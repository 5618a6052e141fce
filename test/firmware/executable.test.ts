import { afterAll, beforeAll, expect } from 'vitest';
import { run } from '../../src/platform/processes.ts';
import { itNeeds } from '../support/external-tool.ts';
import { builtExecutable } from '../support/release/built-release.ts';
import { makeSystemWithoutNode } from '../support/release/without-node.ts';

const itBoots = itNeeds('root', 'qemu-system-x86_64', 'dnsmasq', 'ip', 'tcpdump', 'flock');
const system = makeSystemWithoutNode();
let executable: string;
beforeAll(async () => {
  executable = await builtExecutable();
}, 600_000);
afterAll(() => system.remove());

itBoots('the single executable boots a machine from an empty home where there is no Node', async () => {
  const words = Object.entries(system.env).map(([name, value]) => `${name}=${value}`);
  const pxectl = (...args: readonly string[]) =>
    run('env', ['-i', ...words, executable, ...args], { cwd: system.home, timeoutMs: 600_000 });
  const fetched = await pxectl('fetch', 'debian-12');
  expect(fetched.exitCode, fetched.stderr).toBe(0);
  // its own servers: with koffi for their sockets
  const boot = ['--firmware', 'bios', '--image', 'debian-12', '--engine', 'builtin'];
  const { exitCode, stdout, stderr } = await pxectl('lab', 'run', ...boot, '--json');
  process.stdout.write(stderr);
  expect(exitCode, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, engine: 'builtin' });
});
