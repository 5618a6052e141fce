/**
 * Makes fixtures/failures/<name>/ and fixtures/captures/<name>.pcap from real firmware and a real dnsmasq in the lab:
 *
 *   sudo npx tsx test/support/reproduce-failures.ts [NAME…]
 *
 * Without names every scenario of boot-scenarios.ts is made again, one machine at a time. A scenario whose serial port
 * never says what it is about fails and leaves its old fixture alone.
 */
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startDnsmasqBootServer } from '../../src/lab/dnsmasq-boot-server.ts';
import { startMachine } from '../../src/lab/machine.ts';
import { createVirtualLan } from '../../src/lab/virtual-lan.ts';
import { run } from '../../src/platform/processes.ts';
import { parseMac } from '../../src/protocol/addresses.ts';
import { FAILING_SCENARIOS, HEALTHY_SCENARIOS, type BootScenario } from './boot-scenarios.ts';
import { thinCapture } from './thin-capture.ts';

const fixtures = join(import.meta.dirname, '..', '..', 'fixtures');
const SHOWN_ROOT = '/srv/tftp';

interface Reproduction {
  readonly isReproduced: boolean;
  readonly seconds: number;
  readonly serial: string;
  readonly log: string;
  readonly capture: Buffer;
}

async function reproduce(scenario: BootScenario): Promise<Reproduction> {
  const folder = await mkdtemp(join(tmpdir(), 'pxectl-scenario-'));
  const root = join(folder, 'tftp');
  await fillRoot(root, scenario.files);
  const lan = await createVirtualLan({
    folder: join(folder, 'lab'),
    ...(scenario.router === undefined ? {} : { router: scenario.router }),
  });
  try {
    await scenario.arrange?.(lan);
    const captureFile = join(folder, 'all.pcap');
    const capture = await lan.capture(captureFile);
    const server = await startDnsmasqBootServer(lan, {
      config: scenario.config.replaceAll(SHOWN_ROOT, root),
      httpRoot: root,
    });
    let isReproduced = false;
    let timesLeft = scenario.times ?? 1;
    const startedAt = Date.now();
    const machine = await startMachine(lan, {
      firmware: scenario.firmware,
      mac: parseMac('52:54:00:12:34:56')!,
      folder: join(folder, 'machine'),
      onSerial: (line) => {
        if (scenario.until.test(line) && --timesLeft === 0) isReproduced = true;
      },
    });
    const deadline = startedAt + (scenario.timeoutMs ?? 120_000);
    while (!isReproduced && Date.now() < deadline) {
      // a prompt such as `grub>` never ends its line
      const last = machine.serialLines().at(-1) ?? '';
      if (timesLeft === 1 && scenario.until.test(last)) isReproduced = true;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await new Promise((resolve) => setTimeout(resolve, scenario.afterMs ?? 1500));
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    const serial = untilKernel(machine.serialLines()).join('\n');
    await machine.stop();
    await capture.stop();
    await server.stop();
    return {
      isReproduced,
      seconds,
      serial: `${serial}\n`,
      log: (await readFile(server.logFile, 'utf8')).replaceAll(root, SHOWN_ROOT),
      capture: thinCapture(await readFile(captureFile)),
    };
  } finally {
    await lan.destroy();
    await rm(folder, { recursive: true, force: true });
  }
}

async function fillRoot(root: string, files: BootScenario['files']): Promise<void> {
  for (const [name, source] of Object.entries(files)) {
    const target = join(root, name);
    await mkdir(dirname(target), { recursive: true });
    if (source.startsWith('text:')) await writeFile(target, source.slice('text:'.length));
    else await copyFile(source, target);
  }
}

/** What the firmware and the loader say; the kernel's own log is not what these fixtures are about. */
function untilKernel(lines: readonly string[]): readonly string[] {
  const at = lines.findIndex((line) => /Linux version/.test(line));
  return at === -1 ? lines : lines.slice(0, at + 1);
}

async function versions(): Promise<string> {
  const packages = [
    'qemu-system-x86',
    'ovmf',
    'dnsmasq-base',
    'ipxe',
    'pxelinux',
    'shim-signed',
    'grub-efi-amd64-signed',
  ];
  const { stdout } = await run('dpkg-query', ['-W', '-f', '${Package} ${Version}, ', ...packages]);
  return stdout.replace(/, $/, '');
}

function readme(scenario: BootScenario, made: Reproduction, versionText: string, isHealthy: boolean): string {
  const said = made.serial.split('\n').find((line) => scenario.until.test(line)) ?? '';
  return `# ${scenario.name}

${scenario.title}.

- Made by: \`sudo npx tsx test/support/reproduce-failures.ts ${scenario.name}\`, in network namespaces, on ${new Date().toISOString().slice(0, 10)}.
- Machine: QEMU with software emulation, firmware \`${scenario.firmware}\`, MAC 52:54:00:12:34:56.
- Boot server: a plain dnsmasq with the configuration below (and busybox httpd on port 8080), 192.168.1.50.
- Router: ${scenario.router === false ? 'none' : `192.168.1.1, a dnsmasq that gives addresses${scenario.router === undefined ? ' and knows nothing of PXE' : ` (${scenario.router.extraArguments.join(' ')})`}`}.
- Ends with, on the serial port: \`${said.trim().slice(0, 140)}\` (after ${made.seconds} s).
- ${isHealthy ? 'Expected of doctor: no warning and no error.' : `Expected of doctor, first: \`${scenario.finding}\`.`}
- Packages: ${versionText}.
- Changed afterwards: the path of the TFTP root in the log reads ${SHOWN_ROOT}; of each TFTP and TCP flow the capture
  keeps the first 12 and the last 6 packets (both directions together). DHCP, port 4011, TFTP requests, ARP and ICMP are complete.
  The serial text ends where the kernel begins.

\`\`\`
${scenario.config}\`\`\`
`;
}

async function keep(scenario: BootScenario, made: Reproduction, versionText: string): Promise<void> {
  const isHealthy = HEALTHY_SCENARIOS.includes(scenario);
  const text = readme(scenario, made, versionText, isHealthy);
  const folder = isHealthy ? join(fixtures, 'captures') : join(fixtures, 'failures', scenario.name);
  const file = (name: string): string => join(folder, isHealthy ? `${scenario.name}.${name}` : name);
  await mkdir(folder, { recursive: true });
  await writeFile(
    isHealthy ? join(folder, `${scenario.name}.pcap`) : join(folder, 'capture.pcap'),
    made.capture,
  );
  await writeFile(file('dnsmasq.log'), made.log);
  await writeFile(file('serial.txt'), made.serial);
  await writeFile(file('dnsmasq.conf'), scenario.config);
  await writeFile(isHealthy ? join(folder, `${scenario.name}.md`) : join(folder, 'README.md'), text);
}

const wanted = process.argv.slice(2);
const all = [...HEALTHY_SCENARIOS, ...FAILING_SCENARIOS];
const unknown = wanted.filter((name) => !all.some((scenario) => scenario.name === name));
if (unknown.length > 0)
  throw new Error(`no scenario ${unknown.join(', ')}; there are ${all.map((s) => s.name).join(', ')}`);
const versionText = await versions();
for (const scenario of all.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  process.stdout.write(`${scenario.name} … `);
  const made = await reproduce(scenario);
  if (made.isReproduced) {
    await keep(scenario, made, versionText);
    process.stdout.write(`made in ${made.seconds} s, capture ${made.capture.length} bytes\n`);
  } else {
    process.exitCode = 1;
    process.stdout.write(
      `NOT reproduced in ${made.seconds} s; last said:\n${made.serial.split('\n').slice(-12).join('\n')}\n`,
    );
  }
}
