// Runs the DHCP server as a program of its own, so that a test can start it inside a network namespace:
// tsx dhcp-server-process.ts '{"interfaceName":"br0","address":"192.168.1.50",…}'. Events go to stdout as JSON lines.
import type { NewBootEvent } from '../../../src/model/boot-event.ts';
import { startProxyDhcp, type ProxyDhcpOptions } from '../../../src/server/proxy-dhcp/proxy-dhcp-server.ts';
import { simplePlan } from './simple-plan.ts';

type ServerArguments = Omit<ProxyDhcpOptions, 'plan' | 'sink'> & {
  /** a BIOS ROM that is iPXE gets pxelinux too */
  readonly biosOverIpxe?: boolean;
  /** false: events are counted only, for measurements */
  readonly printEvents?: boolean;
};

const { biosOverIpxe, printEvents, ...options } = JSON.parse(process.argv[2] ?? '{}') as ServerArguments;
const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
let eventCount = 0;
const sink = {
  emit(event: NewBootEvent): void {
    eventCount += 1;
    if (printEvents !== false) print(event);
  },
};
try {
  const server = await startProxyDhcp({ ...options, plan: simplePlan(options.address, biosOverIpxe), sink });
  print({ ready: true, pid: process.pid });
  const cpuAtStart = process.cpuUsage();
  process.once('SIGTERM', () => {
    print({ eventCount, rssBytes: process.memoryUsage.rss(), cpu: process.cpuUsage(cpuAtStart) });
    void server.close();
  });
} catch (error) {
  const { code, message, next } = error as { code?: string; message?: string; next?: string };
  print({ failed: true, code, message, next });
  process.exitCode = 1;
}
