import { parseIpv4, parseMac } from '../protocol/addresses.ts';
import type { ConfigChecker } from './config-checker.ts';
import { pathText, type ConfigPath } from './config-problems.ts';
import type { MachineFile, PowerFile } from './config-schema.ts';
import { POWER_TYPES, type Power } from './power.ts';
import { explainUnsafe, POWER_HOST, POWER_USER, SECRET_NAME } from './safe-text.ts';

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
  if (power === undefined) return;
  const at = (key: string): ConfigPath => [...path, 'power', key];
  const { type, host, user, secret, fingerprint, mac, address } = power;
  for (const key of type === undefined ? [] : foreignKeys(power, type)) {
    checker.wrong(at(key), power[key], `type ${type} has ${KEYS_OF[type!].slice(1).join(', ')}`);
  }
  if (host !== undefined) {
    checker.safe(at('host'), host, POWER_HOST);
    const port = /[^:]:([0-9]{1,5})$/.exec(host)?.[1];
    if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) {
      checker.wrong(at('host'), host, 'its port must be from 1 to 65535');
    }
  }
  if (user !== undefined) checker.safe(at('user'), user, POWER_USER);
  if (secret !== undefined && explainUnsafe(secret, SECRET_NAME) !== undefined) {
    // it may be the password itself
    const why =
      'the password stands in a file of this name below secrets/; its name has letters, digits and . _ -';
    checker.refuse(at('secret'), `${pathText(at('secret'))} is no name of a secret`, why);
  }
  if (fingerprint !== undefined && !/^[0-9a-f]{64}$/.test(plainFingerprint(fingerprint))) {
    const why =
      'it must be a SHA-256 fingerprint, 32 bytes in hex: openssl x509 -noout -fingerprint -sha256 -in CERTIFICATE';
    checker.wrong(at('fingerprint'), fingerprint, why);
  }
  if (mac !== undefined && parseMac(mac) === undefined) {
    checker.wrong(at('mac'), mac, 'it must be a MAC address such as f4:4d:30:00:00:01');
  }
  if (address !== undefined && parseIpv4(address) === undefined) {
    checker.wrong(at('address'), address, 'it must be an IPv4 address, as 10.2.0.255');
  }
}

/**
 * The power of a machine from what it and its profile say together; undefined where nothing is said or something lacks.
 * Of a profile of another type only what this type knows is taken.
 */
export function checkPower(
  power: PowerFile | undefined,
  machine: Pick<MachineFile, 'mac' | 'power'>,
  path: ConfigPath,
  { checker, filePath }: { readonly checker: ConfigChecker; readonly filePath: (file: string) => string },
): Power | undefined {
  if (power === undefined) return undefined;
  const { type, host, user, secret, boot = 'uefi', fingerprint, ca, system } = power;
  const own = machine.power ?? {};
  const lacks = (what: string, why: string): undefined =>
    void checker.refuse(
      machine.power === undefined ? path : [...path, 'power'],
      `${pathText([...path, 'power'])} lacks ${what}`,
      why,
    );
  if (type === undefined) {
    return lacks('type', `it must be one of ${POWER_TYPES.join(', ')}`);
  }
  for (const key of own.type === undefined ? foreignKeys(own, type) : []) {
    const why = `its profile says type ${type}, which has ${KEYS_OF[type].slice(1).join(', ')}`;
    checker.wrong([...path, 'power', key], own[key], why);
  }
  if (type === 'wol') {
    const mac = parseMac(power.mac ?? machine.mac ?? '');
    if (mac === undefined) {
      // one that is wrong is told where it stands
      const isThere = (power.mac ?? machine.mac) !== undefined;
      return isThere ? undefined : lacks('mac', 'Wake-on-LAN needs the MAC address of the machine');
    }
    const address = power.address === undefined ? undefined : parseIpv4(power.address);
    // one beside host and user is a controller's password, from a profile of another type
    const password = own.secret ?? (foreignKeys(power, type).length > 0 ? undefined : secret);
    return {
      type,
      mac,
      ...(address === undefined ? {} : { address }),
      ...(password === undefined ? {} : { secret: password }),
    };
  }
  if (host === undefined || user === undefined || secret === undefined) {
    const lacking = Object.entries({ host, user, secret }).flatMap(([key, value]) =>
      value === undefined ? [key] : [],
    );
    const why = `type ${type} needs host, user and secret, the name of the file below secrets/ with the password`;
    return lacks(lacking.join(' and '), why);
  }
  if (type === 'ipmi' && boot === 'uefi-http') {
    const at = own.boot === undefined ? path : [...path, 'power', 'boot'];
    return void checker.wrong(
      at,
      boot,
      'IPMI knows no HTTP Boot: it must be uefi or bios, or the type redfish',
    );
  }
  return {
    ...{ type, host, user, secret, boot },
    ...(type === 'ipmi' || fingerprint === undefined ? {} : { fingerprint: plainFingerprint(fingerprint) }),
    ...(type === 'ipmi' || ca === undefined ? {} : { ca: filePath(ca) }),
    ...(type === 'ipmi' || system === undefined ? {} : { system }),
  };
}

const foreignKeys = (power: PowerFile, type: Power['type']): readonly (keyof PowerFile)[] =>
  (Object.keys(power) as (keyof PowerFile)[]).filter((key) => !KEYS_OF[type].includes(key));

/** As browsers and `openssl x509 -fingerprint -sha256` show it. */
const plainFingerprint = (text: string): string =>
  text
    .replace(/^sha-?256[ :=]*(?:fingerprint[ :=]*)?/i, '')
    .replaceAll(/[: ]/g, '')
    .toLowerCase();
