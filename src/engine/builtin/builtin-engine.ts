import type { BootContext } from '../../model/boot-context.ts';
import { RunningTransfers } from '../../model/running-transfer.ts';
import { planBoot } from '../../plan/plan-boot.ts';
import { reservedAddresses } from '../../plan/reserved-addresses.ts';
import { startHttpServer } from '../../server/http/http-server.ts';
import { startProxyDhcp } from '../../server/proxy-dhcp/proxy-dhcp-server.ts';
import { startTftpServer } from '../../server/tftp/tftp-server.ts';
import { LEASE_FILES } from '../network-look.ts';
import type { Engine, EngineInput, RunningEngine } from '../engine.ts';

/** DHCP, TFTP and HTTP by pxectl itself: works wherever Node runs. */
export const builtinEngine: Engine = {
  name: 'builtin',
  whyUnavailable: () => Promise.resolve(undefined),
  start: startBuiltin,
};

async function startBuiltin(input: EngineInput): Promise<RunningEngine> {
  let context: BootContext = input.context;
  let ownAddresses = reservedAddresses(context.config);
  const { network, http } = context.config;
  const { address } = network;
  let rebind = async (): Promise<void> => undefined;
  const transfers = new RunningTransfers();
  const closers: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const httpServer = await startHttpServer({
      address,
      port: http.port,
      root: input.layout.httpRoot,
      routes: input.routes,
      sink: input.sink,
      transfers,
      resolveMac: input.cardOf,
    });
    closers.push(() => httpServer.close());
    const tftp = await startTftpServer({
      address,
      root: input.layout.tftpRoot,
      sink: input.sink,
      transfers,
      resolveMac: input.macOf,
    });
    closers.push(() => tftp.close());
    const dhcp = await startProxyDhcp({
      interfaceName: network.interface,
      address,
      prefix: network.prefix,
      mode: network.mode,
      ...(network.range ? { range: network.range } : {}),
      ...(network.router ? { router: network.router } : {}),
      ...(network.nameServers ? { nameServers: network.nameServers } : {}),
      ...(network.relayed ? { relayed: network.relayed } : {}),
      ownAddresses: () => ownAddresses,
      leaseFile: `${input.layout.run}/${LEASE_FILES.builtin}`,
      plan: (facts) => planBoot(context, facts),
      sink: input.sink,
    });
    closers.push(() => dhcp.close());
    rebind = () => dhcp.reopen();
  } catch (error) {
    await closeAll();
    throw error;
  }
  return {
    name: 'builtin',
    description: `built-in ${network.mode === 'proxy' ? 'proxyDHCP' : 'DHCP'}, TFTP and HTTP on ${address} (${network.interface})`,
    transfers: () => transfers.list(),
    toldWhenOver: [],
    died: new Promise<string>(() => undefined),
    async reload(changed) {
      context = changed;
      ownAddresses = reservedAddresses(changed.config);
    },
    // TFTP and HTTP listen on an address, whichever interface has it
    rebind: () => rebind(),
    stop: closeAll,
  };
}
