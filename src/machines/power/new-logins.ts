import { parseConfig } from '../../model/config-file.ts';
import type { Config, Machine } from '../../model/config.ts';
import { layoutBeside } from '../../model/state-layout.ts';

/** Where a changed configuration would send which secrets of its folder that this one does not, in words. */
export function newLogins(
  { machines }: Pick<Config, 'machines'>,
  configPath: string,
  changedText: string,
): readonly string[] {
  const known = new Set(machines.map(placeOf));
  const changed = parseConfig(changedText, { path: configPath, stateRoot: layoutBeside(configPath).root });
  return changed.machines.flatMap((machine) => {
    const { name, power } = machine;
    if (power?.secret === undefined || known.has(placeOf(machine))) return [];
    const where = power.type === 'wol' ? (power.address ?? 'the network') : power.host;
    return [`the secret ${power.secret} goes to ${where} for ${name}`];
  });
}

/** Whom a secret is told, and how it is known that it is they. */
function placeOf({ power }: Machine): string {
  if (power === undefined) return '';
  const { type, secret } = power;
  return type === 'wol'
    ? JSON.stringify([type, secret, power.address])
    : JSON.stringify([type, secret, power.host, power.user, power.fingerprint, power.ca]);
}
