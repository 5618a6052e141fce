/** Probes addresses as its argument says and prints who answered: runs inside a namespace. */
import { probeAddresses, type ArpProbeOptions } from '../../../src/net/arp-probe.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as ArpProbeOptions;
const startedMs = performance.now();
const found = await probeAddresses(options);
process.stdout.write(
  `${JSON.stringify({ found: Object.fromEntries(found), tookMs: Math.round(performance.now() - startedMs) })}\n`,
);
