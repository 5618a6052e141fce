import { dirname, isAbsolute, join, resolve } from 'node:path';
import { type MacAddress, macWithHyphens, parseMac } from '../protocol/addresses.ts';
import type { Machine } from './config.ts';
import type { ConfigChecker } from './config-checker.ts';
import type { ConfigPath } from './config-problems.ts';
import type { ConfigFile } from './config-schema.ts';
import { FILE_PATH, KERNEL_ARGUMENT, MACHINE_NAME } from './safe-text.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads `machines`; two entries must not be one machine. */
export function checkMachines(
  file: ConfigFile,
  options: { readonly path: string; readonly stateRoot: string },
  checker: ConfigChecker,
  isImage: (path: ConfigPath, value: string) => void,
): Machine[] {
  const seen = new Map<string, number>();
  const once = (path: ConfigPath, key: string, value: string, index: number): void => {
    const earlier = seen.get(key);
    if (earlier !== undefined) checker.wrong(path, value, `machines[${earlier}] has it already`);
    else seen.set(key, index);
  };
  return (file.machines ?? []).map((machine, index): Machine => {
    const path = ['machines', index];
    const mac = machine.mac === undefined ? undefined : parseMac(machine.mac);
    const uuid = machine.uuid?.toLowerCase();
    if (machine.mac === undefined && uuid === undefined) {
      checker.wrong(path, machine.name ?? {}, 'a machine needs its mac, or its uuid');
    }
    if (machine.mac !== undefined) {
      if (mac === undefined) {
        checker.wrong([...path, 'mac'], machine.mac, 'it must be a MAC address such as f4:4d:30:00:00:01');
      } else if ((Number.parseInt(mac.slice(0, 2), 16) & 1) === 1 || mac === '00:00:00:00:00:00') {
        checker.wrong([...path, 'mac'], machine.mac, 'it is no address of a single network card');
      } else once([...path, 'mac'], `mac ${mac}`, machine.mac, index);
    }
    if (uuid !== undefined) {
      if (UUID.test(uuid)) once([...path, 'uuid'], `uuid ${uuid}`, uuid, index);
      else checker.wrong([...path, 'uuid'], machine.uuid, 'it must be a UUID in the form 8-4-4-4-12');
    }
    const name = machine.name ?? defaultName(mac, uuid, index);
    if (machine.name !== undefined) {
      checker.safe([...path, 'name'], name, MACHINE_NAME);
      once([...path, 'name'], `name ${name}`, name, index);
    }
    if (machine.image !== undefined) isImage([...path, 'image'], machine.image);
    (machine.arguments ?? []).forEach((argument, at) =>
      checker.safe([...path, 'arguments', at], argument, KERNEL_ARGUMENT),
    );
    const seed =
      machine.install === undefined ? undefined : resolve(dirname(options.path), machine.install.seed);
    if (machine.install !== undefined && seed !== undefined) {
      const seedPath = [...path, 'install', 'seed'];
      checker.safe(seedPath, machine.install.seed, FILE_PATH);
      if (machine.mac === undefined) {
        const why =
          'an install needs the machine’s mac: by it pxectl knows that it is done and does not install again';
        checker.wrong(seedPath, machine.install.seed, why);
      }
      if (isBelow(seed, join(options.stateRoot, 'serve'))) {
        checker.wrong(
          seedPath,
          machine.install.seed,
          'files below .pxectl/serve are public; a seed holds secrets',
        );
      }
      if ((machine.image ?? file.boot?.default ?? file.images?.[0] ?? 'local') === 'local') {
        checker.wrong(
          seedPath,
          machine.install.seed,
          'there is nothing to install: the machine boots from its own disk',
        );
      }
    }
    return {
      ...(mac === undefined ? {} : { mac }),
      ...(uuid === undefined ? {} : { uuid }),
      name,
      ...(machine.image === undefined ? {} : { image: machine.image }),
      ...(seed === undefined ? {} : { install: { seed, once: machine.install?.once ?? true } }),
      isArmed: false,
      secureBoot: machine.secureBoot ?? false,
      arguments: machine.arguments ?? [],
    };
  });
}

function defaultName(mac: MacAddress | undefined, uuid: string | undefined, index: number): string {
  return mac === undefined ? (uuid ?? `machine-${index + 1}`) : macWithHyphens(mac);
}

function isBelow(path: string, folder: string): boolean {
  return isAbsolute(folder) && (path === folder || path.startsWith(`${folder}/`));
}
