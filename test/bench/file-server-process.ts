// Runs our TFTP or HTTP server as a program of its own: tsx file-server-process.ts tftp|http ADDRESS PORT ROOT.
// Events are counted and not kept, as the measurement is about bytes.
import { startHttpServer } from '../../src/server/http/http-server.ts';
import { startTftpServer } from '../../src/server/tftp/tftp-server.ts';
import { parseIpv4 } from '../../src/protocol/addresses.ts';

const [kind, addressText = '', portText = '', root = ''] = process.argv.slice(2);
const address = parseIpv4(addressText);
if (address === undefined) throw new Error(`no address: ${addressText}`);
const port = Number(portText);
const counts: Record<string, number> = {};
const sink = {
  emit({ type }: { type: string }): void {
    counts[type] = (counts[type] ?? 0) + 1;
  },
};
// the clients of the bench all have one address
const server =
  kind === 'tftp'
    ? await startTftpServer({ address, port, root, sink, maxTransfersPerClient: 256 })
    : await startHttpServer({ address, port, root, sink });
process.stdout.write(`ready ${process.pid}\n`);
process.once('SIGTERM', () => {
  process.stderr.write(`${JSON.stringify(counts)}\n`);
  void server.close().then(() => process.exit(0));
});
