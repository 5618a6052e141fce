import { parseIpv4, parseMac } from '../protocol/addresses.ts';
import type { ConfigChecker } from './config-checker.ts';
import type { ConfigPath } from './config-problems.ts';
import type { MachineFile, PowerFile } from './config-schema.ts';
import { POWER_TYPES, type Power } from './power.ts';
import { POWER_HOST, POWER_USER, SECRET_NAME } from './safe-text.ts';

const KEYS_OF: Readonly<Record<Power['type'], readonly (keyof PowerFile)[]>> = {
  wol: ['type', 'mac', 'address', 'secret'],
  redfish: ['type', 'host', 'user', 'secret', 'boot', 'fingerprint', 'ca', 'system'],
  ipmi: ['type', 'host', 'user', 'secret', 'boot'],
};

/** Looks at what one machine or profile says of power, each value by itself. */
export function checkPowerValues(
  power: PowerFile | undefined,
  path: ConfigPath,
  checker: ConfigChecker,
): void {
  const at = (key: string): ConfigPath => [...path, 'power', key];
  const { host, user, secret, fingerprint, mac, address } = power ?? {};
  if (host !== undefined) checker.safe(at('host'), host, POWER_HOST);
  if (user !== undefined) checker.safe(at('user'), user, POWER_USER);
  if (secret !== undefined) checker.safe(at('secret'), secret, SECRET_NAME);
  if (fingerprint !== undefined && !/^[0-9a-f]{64}$/.test(plainFingerprint(fingerprint))) {
    checker.wrong(at('fingerprint'), fingerprint, 'it must be a SHA-256 fingerprint: 32 bytes in hex');
  }
  if (mac !== undefined && parseMac(mac) === undefined) {
    checker.wrong(at('mac'), mac, 'it must be a MAC address such as f4:4d:30:00:00:01');
  }
  if (address !== undefined && parseIpv4(address) === undefined) {
    checker.wrong(at('address'), address, 'it must be an IPv4 address, as 10.2.0.255');
  }
}

/** The power of a machine from what it and its profile say together; undefined where nothing is said or something lacks. */
export function checkPower(
  power: PowerFile | undefined,
  machine: Pick<MachineFile, 'mac' | 'power'>,
  path: ConfigPath,
  { checker, filePath }: { readonly checker: ConfigChecker; readonly filePath: (file: string) => string },
): Power | undefined {
  if (power === undefined) return undefined;
  const { type, host, user, secret, boot = 'uefi', fingerprint, ca, system } = power;
  const where = machine.power === undefined ? path : [...path, 'power'];
  const refuse = (why: string): undefined => void checker.wrong(where, power, why);
  if (type === undefined) return refuse(`power needs a type: ${POWER_TYPES.join(', ')}`);
  const foreign = Object.keys(power).filter((key) => !KEYS_OF[type].includes(key as keyof PowerFile));
  if (foreign.length > 0) return refuse(`power of type ${type} has no ${foreign.join(', ')}`);
  if (type === 'wol') {
    const mac = parseMac(power.mac ?? machine.mac ?? '');
    if (mac === undefined) return refuse('Wake-on-LAN needs the mac of the machine');
    const address = power.address === undefined ? undefined : parseIpv4(power.address);
    return {
      type,
      mac,
      ...(address === undefined ? {} : { address }),
      ...(secret === undefined ? {} : { secret }),
    };
  }
  if (host === undefined || user === undefined || secret === undefined) {
    return refuse(
      `power of type ${type} needs host, user and secret (the name of the secret with the password)`,
    );
  }
  return {
    ...{ type, host, user, secret, boot },
    ...(fingerprint === undefined ? {} : { fingerprint: plainFingerprint(fingerprint) }),
    ...(ca === undefined ? {} : { ca: filePath(ca) }),
    ...(system === undefined ? {} : { system }),
  };
}

const plainFingerprint = (text: string): string =>
  text
    .replace(/^sha-?256[ :=]/i, '')
    .replaceAll(':', '')
    .toLowerCase();
