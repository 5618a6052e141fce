import { macWithHyphens, parseMac } from '../protocol/addresses.ts';
import { uuidForms } from '../protocol/uuid-order.ts';
import type { BootSettings, Machine } from './config.ts';
import { checkPower } from './config-power.ts';
import type { ConfigPath } from './config-problems.ts';
import type { ConfigFile, MachineFile } from './config-schema.ts';
import { besideConfig, checkSettings, layersOf, type SettingsChecks } from './config-settings.ts';
import { nearestWord } from './nearest-word.ts';
import { resolveSettings } from './resolve-settings.ts';
import { machineKey, parseMachineKey, type MachineIdentity } from './machine-key.ts';
import { MACHINE_NAME, SERIAL_NUMBER } from './safe-text.ts';
import { isSerialNumber } from './serial-number.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads `machines`; two entries must not be one machine. */
export function checkMachines(file: ConfigFile, checks: SettingsChecks): Machine[] {
  const { checker, place } = checks;
  const seen = new Map<string, number>();
  const once = (path: ConfigPath, key: string, value: string, index: number): void => {
    const earlier = seen.get(key);
    if (earlier !== undefined) checker.twice(path, value, ['machines', earlier]);
    else seen.set(key, index);
  };
  return (file.machines ?? []).map((machine, index): Machine => {
    const path = ['machines', index];
    const identity = readIdentity(machine, path, checks, (at, key, value) => once(at, key, value, index));
    const name = machine.name ?? defaultName(identity, index);
    if (machine.name !== undefined) {
      checker.safe([...path, 'name'], name, MACHINE_NAME);
      if (isAddressOfAnother(name, identity)) {
        const why = 'this is an address, and not of this machine: who says it means the machine that has it';
        checker.wrong([...path, 'name'], name, why);
      }
    }
    const earlier = seen.get(`name ${name}`);
    const isNameless = machine.name === undefined;
    // two without a name that are called alike have one address, which is told already
    if (!isNameless || earlier === undefined || file.machines?.[earlier]?.name !== undefined) {
      once(isNameless ? path : [...path, 'name'], `name ${name}`, name, index);
    }
    checkSettings(machine, path, checks);
    checkProfileName(file, machine, path, checks);
    const resolved = resolveSettings(layersOf(file, { machine: index, profile: machine.profile }, place));
    const { settings } = resolved;
    const filePath = (name: string): string => besideConfig(name, place);
    const power = checkPower(resolved.power, machine, path, { checker, filePath });
    checkOwnInstall(machine, settings, path, checks);
    checkSerialAlone({ ...settings, name }, machine, file, path, checks);
    if (machine.relayed === true && (file.network.relayed ?? []).length === 0) {
      checker.wrong([...path, 'relayed'], true, 'network.relayed names no network behind a relay');
    }
    return {
      ...identity,
      name,
      ...(machine.profile === undefined ? {} : { profile: machine.profile }),
      ...settings,
      ...(machine.relayed === true ? { isRelayed: true } : {}),
      ...(power === undefined ? {} : { power }),
      isArmed: false,
    };
  });
}

function readIdentity(
  machine: MachineFile,
  path: ConfigPath,
  { checker }: SettingsChecks,
  once: (path: ConfigPath, key: string, value: string) => void,
): MachineIdentity {
  const mac = machine.mac === undefined ? undefined : parseMac(machine.mac);
  const uuid = machine.uuid?.toLowerCase();
  const { serial } = machine;
  if (machine.mac === undefined && uuid === undefined && serial === undefined) {
    checker.wrong(path, machine.name ?? {}, 'a machine needs its mac, its uuid or its serial');
  }
  if (machine.mac !== undefined) {
    if (mac === undefined) {
      checker.wrong([...path, 'mac'], machine.mac, 'it must be a MAC address such as f4:4d:30:00:00:01');
    } else if ((Number.parseInt(mac.slice(0, 2), 16) & 1) === 1 || mac === '00:00:00:00:00:00') {
      checker.wrong([...path, 'mac'], machine.mac, 'it is no address of a single network card');
    } else once([...path, 'mac'], `mac ${mac}`, machine.mac);
  }
  if (uuid !== undefined) {
    // one machine is seen under both byte orders
    if (UUID.test(uuid)) once([...path, 'uuid'], `uuid ${uuidForms(uuid).toSorted().join()}`, uuid);
    else checker.wrong([...path, 'uuid'], machine.uuid, 'it must be a UUID in the form 8-4-4-4-12');
  }
  if (serial !== undefined) {
    const serialPath = [...path, 'serial'];
    if (!isSerialNumber(serial)) {
      const why = 'boards that were given no serial number say this: it is that of many machines';
      checker.wrong(serialPath, serial, why);
    } else {
      checker.safe(serialPath, serial, SERIAL_NUMBER);
      once(serialPath, `serial ${serial}`, serial);
    }
  }
  return {
    ...(mac === undefined ? {} : { mac }),
    ...(uuid === undefined ? {} : { uuid }),
    ...(serial === undefined ? {} : { serial }),
  };
}

function checkProfileName(
  file: ConfigFile,
  { profile }: MachineFile,
  path: ConfigPath,
  { checker }: SettingsChecks,
): void {
  const names = Object.keys(file.profiles ?? {});
  if (profile === undefined || names.includes(profile)) return;
  const listed = names.length === 0 ? 'profiles is empty' : `profiles holds ${names.join(', ')}`;
  const why = `there is no such profile; ${listed}`;
  checker.wrong([...path, 'profile'], profile, why, nearestWord(profile, names));
}

function checkOwnInstall(
  machine: MachineFile,
  settings: Pick<BootSettings, 'image'>,
  path: ConfigPath,
  { checker, defaultImage }: SettingsChecks,
): void {
  if (machine.install === undefined) return;
  const seedPath = [...path, 'install', 'seed'];
  if ((settings.image ?? defaultImage) === 'local') {
    const why = 'there is nothing to install: the machine boots from its own disk';
    checker.wrong(seedPath, machine.install.seed, why);
  }
}

/** What is decided before a loader runs cannot hold for a machine that only a loader knows. */
function checkSerialAlone(
  { name, secureBoot, loaders }: Pick<BootSettings, 'name' | 'secureBoot' | 'loaders'>,
  machine: MachineFile,
  file: ConfigFile,
  path: ConfigPath,
  { checker }: SettingsChecks,
): void {
  if (machine.serial === undefined || machine.mac !== undefined || machine.uuid !== undefined) return;
  const isNeverAnswered =
    file.boot?.unknown === 'ignore' &&
    !Object.values(file.profiles ?? {}).some(({ match }) => match !== undefined);
  if (isNeverAnswered) {
    const why = `${name} is known by its serial number alone, which no firmware tells: with boot.unknown: ignore it gets no answer; give its mac or uuid`;
    checker.wrong([...path, 'serial'], machine.serial, why);
  }
  const hasOwnLoaders =
    loaders.bios !== (file.loaders?.bios ?? 'auto') || loaders.uefi !== (file.loaders?.uefi ?? 'auto');
  if (!secureBoot && !hasOwnLoaders) return;
  const what = secureBoot ? 'secureBoot' : 'loaders';
  const why = `${name} is known by its serial number alone, which no firmware tells before a loader runs: ${what} needs its mac or uuid`;
  checker.wrong([...path, 'serial'], machine.serial, why);
}

function isAddressOfAnother(name: string, { mac, uuid, serial }: MachineIdentity): boolean {
  const key = parseMachineKey(name);
  if (key === undefined) return false;
  const own = [
    mac,
    ...(uuid === undefined ? [] : uuidForms(uuid)),
    ...(serial === undefined ? [] : [machineKey({ serial })]),
  ];
  return !own.some((one) => one === key);
}

function defaultName({ mac, uuid }: MachineIdentity, index: number): string {
  return mac === undefined ? (uuid ?? `machine-${index + 1}`) : macWithHyphens(mac);
}
