import { mkdir } from 'node:fs/promises';
import type { BootContext } from '../../model/boot-context.ts';
import { engineError, environmentError } from '../../model/errors.ts';
import { missingForPort, readPrivileges } from '../../net/privileges.ts';
import { prepareConfinement, UNCONFINED, type Confine } from '../../platform/confinement.ts';
import { readTemplate } from '../../platform/packaged-files.ts';
import { renderDnsmasqConfig } from '../../render/dnsmasq-config.ts';
import { canServersName } from '../../render/render-all.ts';
import { createLogToEvents } from '../dnsmasq-log/log-to-events.ts';
import type { Engine, EngineInput, RunningEngine } from '../engine.ts';
import { refuseTakenPorts } from '../free-ports.ts';
import { startHttpFront, transfersBesideDnsmasq } from '../http-front.ts';
import { removeLeftoverProcesses } from '../leftover-processes.ts';
import { waitForTransfers } from '../running-transfers.ts';
import { giveLeaseFolder, openConfigFolder, serverFolders, writeServerConfig } from '../server-folders.ts';
import { servingId } from '../serving-id.ts';
import { servingUser } from '../serving-user.ts';
import { superviseProcess, type SupervisedProcess } from '../supervised-process.ts';
import {
  dnsmasqMissing,
  findDnsmasq,
  missingAbilities,
  testConfiguration,
  whyUnsuitable,
  type DnsmasqProgram,
} from './dnsmasq-program.ts';
import { refuseSecondAddress, whyNotFirstAddress } from './first-address.ts';
import { rememberOffers } from './remembered-offers.ts';

/** A changed configuration waits so long for running TFTP transfers; kernels over TFTP take about half a minute. */
const MAX_RELOAD_WAIT_MS = 120_000;

/** The host's own dnsmasq answers DHCP and TFTP; HTTP comes from nginx if it is installed, else from pxectl. */
export const dnsmasqEngine: Engine = { name: 'dnsmasq', whyUnavailable, start };

async function whyUnavailable({ layout, context }: EngineInput): Promise<string | undefined> {
  const program = await findDnsmasq();
  if (program === undefined) return 'dnsmasq is not installed';
  const unsuitable = whyUnsuitable(program);
  if (unsuitable !== undefined) return unsuitable;
  const { isRoot } = await readPrivileges();
  if (!isRoot) return 'dnsmasq needs root';
  if (!canServersName(layout.root)) return `dnsmasq and nginx cannot name the folder ${layout.root}`;
  return whyNotFirstAddress(context.config.network);
}

async function start(input: EngineInput): Promise<RunningEngine> {
  const { layout, sink } = input;
  const program = await suitableDnsmasq();
  await refuseWithoutPrivilege();
  await refuseSecondAddress(input.context.config.network);
  await mkdir(layout.run, { recursive: true });
  await removeLeftoverProcesses(layout.run);
  await refuseTakenPorts(input.context.config);
  for (const missing of missingAbilities(program.version)) {
    sink.emit({ type: 'engine.warning', detail: { reason: 'old-dnsmasq', message: missing } });
  }
  const serving = await prepareServing(input);
  const offers = await rememberOffers({
    context: input.context,
    leaseFile: `${serverFolders(layout).dnsmasq}/dnsmasq.leases`,
    offersFile: offersFileOf(input),
    sink,
  });
  let config = await writeConfig(input.context, input, program, serving.user);
  await testConfiguration(program, configPathOf(input));

  const log = createLogToEvents({
    sink,
    tftpRoot: layout.tftpRoot,
    resolveMac: input.macOf,
    ownAddress: input.context.config.network.address,
  });
  const http = await startHttpFront(input);
  let dnsmasq: SupervisedProcess;
  try {
    const words = ['--keep-in-foreground', `--conf-file=${configPathOf(input)}`, '--pid-file='];
    const [file, args] = serving.confine(program.path, words);
    dnsmasq = await superviseProcess({
      name: 'dnsmasq',
      file,
      args,
      runFolder: layout.run,
      sink,
      onLine: (line) => {
        offers?.takeLine(line);
        log.push(line);
      },
      // the last line of a start: every socket is open by then
      isReady: (line) => line.includes('TFTP root is'),
    });
  } catch (error) {
    await http.stop();
    throw error;
  }

  offers?.serve(() => dnsmasq.signal('SIGHUP'));
  const { network } = input.context.config;
  return {
    name: 'dnsmasq',
    description: `dnsmasq ${program.version} as ${network.mode === 'proxy' ? 'proxyDHCP' : 'DHCP'} and TFTP on ${network.address} (${network.interface}), ${http.description}`,
    died: Promise.race([dnsmasq.died, http.died]),
    lastLines: (count) => log.lastLines(count),
    ...transfersBesideDnsmasq(http),
    async reload(context) {
      const changed = await writeConfig(context, input, program, serving.user);
      if (changed !== config) {
        await testConfiguration(program, configPathOf(input));
        const left = await waitForTransfers(() => dnsmasq.identity?.pid, layout.tftpRoot, MAX_RELOAD_WAIT_MS);
        if (left > 0) sink.emit(interrupted(left));
        await offers?.reload(context);
        await dnsmasq.restart();
        config = changed;
      }
      await http.reload(context);
    },
    // 2.90 finds the new interface by itself; no transfer lived through its absence, so a restart costs nothing
    rebind: () => dnsmasq.restart(),
    async stop() {
      await offers?.close();
      await dnsmasq.stop();
      await http.stop();
      log.close();
    },
  };
}

function interrupted(count: number) {
  const message = `${count} TFTP transfers still ran after ${MAX_RELOAD_WAIT_MS / 1000} s and were ended for the new configuration`;
  return { type: 'engine.warning' as const, detail: { reason: 'transfers-interrupted', message } };
}

const configPathOf = ({ layout }: EngineInput): string => `${serverFolders(layout).config}/dnsmasq.conf`;
const offersFileOf = ({ layout }: EngineInput): string => `${serverFolders(layout).config}/dnsmasq.offers`;

interface Serving {
  readonly confine: Confine;
  /** it starts as root and becomes this user; undefined: it starts as the user that it stays, or becomes its own default */
  readonly user?: string;
}

/**
 * As root: a user of its own, who sees of the state folder what is served, and follows no link there. Where that cannot be had
 * dnsmasq becomes a user who can read the folder, as it is, and that is told.
 */
async function prepareServing({ layout, sink }: EngineInput): Promise<Serving> {
  const folders = serverFolders(layout);
  const id = process.geteuid?.() === 0 ? await servingId() : undefined;
  await openConfigFolder(folders.config);
  await giveLeaseFolder(folders.dnsmasq, id);
  if (id === undefined) return UNCONFINED;
  const confinement = await prepareConfinement({
    root: layout.root,
    readOnly: [layout.tftpRoot, folders.config],
    writable: [folders.dnsmasq],
    workingFolder: layout.run,
    stage: folders.view,
    id,
    capabilities: ['net_admin', 'net_raw', 'net_bind_service'],
  });
  if ('confine' in confinement) return confinement;
  const user = await servingUser(layout.tftpRoot);
  const message = `dnsmasq cannot be kept apart (${confinement.whyNot}): it runs as ${user ?? 'nobody'}, and a link in ${layout.tftpRoot} gives out whatever that user may read`;
  sink.emit({ type: 'engine.warning', detail: { reason: 'dnsmasq-unconfined', message } });
  return { ...UNCONFINED, ...(user === undefined ? {} : { user }) };
}

/** @throws PxectlError E_PRIVILEGE */
async function refuseWithoutPrivilege(): Promise<void> {
  const capability = missingForPort(await readPrivileges(), 67);
  if (capability === undefined) return;
  throw environmentError('E_PRIVILEGE', {
    what: 'dnsmasq cannot open the DHCP and TFTP ports',
    why: `this process has no ${capability}, and what it starts has none either`,
    next: 'sudo pxectl up --engine dnsmasq',
    details: { capability },
  });
}

async function suitableDnsmasq(): Promise<DnsmasqProgram> {
  const program = await findDnsmasq();
  if (program === undefined) throw dnsmasqMissing();
  const unsuitable = whyUnsuitable(program);
  if (unsuitable === undefined) return program;
  throw engineError('E_ENGINE_VERSION', {
    what: `the installed dnsmasq cannot be used (${program.path})`,
    why: unsuitable,
    next: 'install another version, or use the built-in servers: pxectl up --engine builtin',
    details: { version: program.version },
  });
}

/** Writes the configuration for this very dnsmasq and returns it. */
async function writeConfig(
  context: BootContext,
  input: EngineInput,
  program: DnsmasqProgram,
  user: string | undefined,
): Promise<string> {
  const config = renderDnsmasqConfig(context, readTemplate, {
    stateRoot: input.layout.root,
    version: program.version,
    offersFile: offersFileOf(input),
    ...(user === undefined ? {} : { user }),
  });
  await writeServerConfig(configPathOf(input), config);
  return config;
}
