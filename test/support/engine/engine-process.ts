// Runs one engine as a program of its own, so that a test can start it inside a network namespace:
// tsx engine-process.ts '{"engine":"dnsmasq","configPath":"…"}'. Writes JSON lines; SIGHUP reloads,
// SIGUSR2 says that the interface was made again, SIGTERM stops.
import { AddressBook } from '../../../src/engine/address-book.ts';
import { builtinEngine } from '../../../src/engine/builtin/builtin-engine.ts';
import { loadBootContext } from '../../../src/engine/boot-context.ts';
import { dnsmasqEngine } from '../../../src/engine/dnsmasq/dnsmasq-engine.ts';
import { dockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import type { EngineInput } from '../../../src/engine/engine.ts';
import { machineRoutes } from '../../../src/engine/machine-routes.ts';
import { loadProject } from '../../../src/engine/project.ts';
import { withoutReadinessEvents } from '../../../src/engine/readiness-client.ts';
import { checkReadiness } from '../../../src/engine/readiness.ts';
import { neighboursOn } from '../../../src/net/neighbours.ts';
import { fillServeFolder } from '../../../src/engine/serve-folder.ts';
import { privatePlaces } from '../../../src/model/private-places.ts';
import { PxectlError } from '../../../src/model/errors.ts';

const {
  engine: name,
  configPath,
  checks = true,
} = JSON.parse(process.argv[2] ?? '{}') as {
  engine: 'builtin' | 'dnsmasq' | 'docker';
  configPath: string;
  checks?: boolean;
};
const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
const fail = (error: unknown): void => {
  const known = error instanceof PxectlError ? error : undefined;
  const stack = error instanceof Error ? error.stack : String(error);
  print({
    failed: true,
    code: known?.code,
    message: known?.message ?? stack,
    why: known?.why,
    next: known?.next,
  });
};

const engines = { builtin: builtinEngine, dnsmasq: dnsmasqEngine, docker: dockerEngine };
try {
  const project = await loadProject(configPath);
  let context = await loadBootContext(project);
  await fillServeFolder(context, project.layout);
  const { interface: interfaceName, relayed } = context.config.network;
  const cardOf = neighboursOn(interfaceName, () => relayed ?? []);
  const addresses = new AddressBook(cardOf);
  const sink = withoutReadinessEvents({
    emit: (event) => {
      addresses.learn(event);
      print({ event });
    },
  });
  const input: EngineInput = {
    context,
    layout: project.layout,
    sink,
    macOf: addresses.macOf,
    cardOf,
    routes: machineRoutes({
      context: () => context,
      sink,
      places: privatePlaces({ path: configPath, stateRoot: project.layout.root }),
      inventory: { learn: () => undefined, ownerOf: () => undefined },
      confirmCard: async () => 'unknown',
      installs: {
        spend: async () => ({ kind: 'given', isSpent: true }),
        heard: () => undefined,
        report: async () => undefined,
        fail: async () => undefined,
      },
    }),
  };
  const running = await engines[name].start(input);
  void running.died.then((reason) => print({ died: reason }));
  const stop = async (code: number): Promise<void> => {
    await running.stop();
    process.exit(code);
  };
  // before `ready` is said: a signal that comes right after it must not end the program
  process.once('SIGTERM', () => void stop(0));
  process.on('SIGHUP', () => {
    void (async () => {
      const changed = await loadProject(configPath);
      context = await loadBootContext(changed);
      await fillServeFolder(context, changed.layout);
      await running.reload(context);
      print({ reloaded: true });
    })().catch(fail);
  });
  process.on('SIGUSR2', () => void running.rebind().then(() => print({ rebound: true }), fail));
  try {
    sink.begin(context.config.network.address);
    const options = { lastLines: () => running.lastLines?.(8) ?? [] };
    const steps = checks ? await checkReadiness(input, options) : [];
    sink.end();
    print({ ready: true, description: running.description, steps });
  } catch (error) {
    fail(error);
    await stop(1);
  }
} catch (error) {
  fail(error);
  process.exit(1);
}
