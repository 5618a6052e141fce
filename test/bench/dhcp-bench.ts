import { join } from 'node:path';
import { ADDRESS, type BenchLink } from './bench-link.ts';
import type { BenchRow } from './bench-row.ts';
import type { LoadOptions, LoadResult } from '../support/dhcp/load-client.ts';

const SECONDS = 3;
/** DISCOVERs in a second that DESIGN promises an answer to. */
const PROMISED = 5000;
const STEPS = [1000, PROMISED, 8000, 12_000];

/** DISCOVERs of ever different clients at a steady rate, answered by our proxyDHCP. */
export async function benchDhcp(link: BenchLink, log: (line: string) => void): Promise<BenchRow[]> {
  const tsx = join(import.meta.dirname, '../../node_modules/.bin/tsx');
  const support = join(import.meta.dirname, '../support/dhcp');
  const options = {
    interfaceName: link.serverInterface,
    address: ADDRESS.pxectl,
    prefix: 24,
    mode: 'proxy',
    printEvents: false,
  };
  const program = join(support, 'dhcp-server-process.ts');
  await link.startServer(tsx, [program, JSON.stringify(options)], /"ready":true/);

  const rows: BenchRow[] = [];
  const group = `proxyDHCP: DISCOVERs at a steady rate for ${SECONDS} s`;
  for (const perSecond of STEPS) {
    const load: LoadOptions = { interfaceName: link.clientInterface, perSecond, count: perSecond * SECONDS };
    const printed = await link.onClient(
      `${tsx} ${join(support, 'load-client.ts')} '${JSON.stringify(load)}'`,
    );
    const result = JSON.parse(printed.split('\n').at(-1) ?? '{}') as LoadResult;
    log(`DHCP ${perSecond}/s: ${JSON.stringify(result)}`);
    const percent = (100 * result.answered) / result.sent;
    const isPromised = perSecond === PROMISED;
    rows.push(
      {
        group,
        what: `${perSecond}/s (really sent ${result.sentPerSecond}/s): answered`,
        unit: '%',
        pxectl: percent,
        peers: {},
        isMoreBetter: true,
        promise: isPromised ? 'every one' : '',
        isKept: !isPromised || percent === 100,
      },
      {
        group,
        what: `${perSecond}/s: wait p50`,
        unit: 'ms',
        pxectl: result.p50Ms,
        peers: {},
        isMoreBetter: false,
        promise: '',
        isKept: true,
      },
      {
        group,
        what: `${perSecond}/s: wait p99`,
        unit: 'ms',
        pxectl: result.p99Ms,
        peers: {},
        isMoreBetter: false,
        promise: isPromised ? '< 10 ms' : '',
        isKept: !isPromised || result.p99Ms < 10,
      },
    );
  }
  return rows;
}
