import { setTimeout as sleep } from 'node:timers/promises';
import type { ControllerPower, Power } from '../../model/power.ts';
import type { Machine } from '../../model/config.ts';
import { messageOf } from '../../model/errors.ts';
import type { Ipv4Address } from '../../protocol/addresses.ts';
import { openSecrets } from '../seeds/secrets.ts';
import { withoutSecret } from './hide-secret.ts';
import { ipmiCommand, openIpmi } from './ipmi.ts';
import { controllerError, powerError, type PowerDriver, type PowerState } from './power-driver.ts';
import { POWER_STEPS, type PowerVerb } from './power-verbs.ts';
import { openRedfish, redfishRequest } from './redfish.ts';
import { secureOnPassword, wake, wakeWords } from './wake-on-lan.ts';

export interface PowerPlace {
  /** folder of secrets */
  readonly secrets: string;
  /** our own address on the network of the machines */
  readonly address: Ipv4Address;
  readonly signal?: AbortSignal;
  /** until a machine must have done what its controller said yes to */
  readonly changeMs?: number;
  /** for one answer of a controller */
  readonly answerMs?: number;
}

export type Switched =
  | { readonly state: PowerState }
  /** a packet was sent, and nothing says what came of it */
  | { readonly state: 'woken' };

const CHANGE_MS = 60_000;
const POLL_MS = 1_000;

/**
 * Does one thing with the power of one machine, and sees that it is done: a controller’s yes is not enough.
 * @throws PxectlError E_POWER, E_TOOL_MISSING
 */
export async function switchPower(
  machine: Pick<Machine, 'power'>,
  verb: PowerVerb,
  place: PowerPlace,
): Promise<Switched> {
  const { power, secret } = powerOf(machine, verb, place);
  if (power.type === 'wol') {
    await wake(power, place.address, secret === undefined ? undefined : secureOnPassword(secret));
    return { state: 'woken' };
  }
  try {
    const driver = await openDriver(power, secret ?? '', place.answerMs);
    try {
      return { state: await takeSteps(driver, verb, power.host, place) };
    } finally {
      await driver.close();
    }
  } catch (error) {
    throw withoutSecret(error, power.user, secret ?? '');
  }
}

/**
 * What `switchPower` would send, and to whom, one line each; nothing of a secret, which must be there.
 * @throws PxectlError E_POWER where it could not even begin
 */
export function planPower(
  machine: Pick<Machine, 'power'>,
  verb: PowerVerb,
  place: PowerPlace,
): readonly string[] {
  const { power, secret } = powerOf(machine, verb, place);
  if (power.type === 'wol') {
    if (secret !== undefined) secureOnPassword(secret);
    return [wakeWords(power, place.address)];
  }
  const { type, host, user, boot } = power;
  return POWER_STEPS[verb].map(({ action, unless }) => {
    const what =
      type === 'redfish' ? redfishRequest(action, boot) : `ipmitool ${ipmiCommand(action, boot).join(' ')}`;
    return `to ${host} as ${user}: ${what}${unless === undefined ? '' : `, unless it is ${unless}`}`;
  });
}

/** How this machine is switched, with the secret that it needs. */
function powerOf(
  { power }: Pick<Machine, 'power'>,
  verb: PowerVerb,
  { secrets }: PowerPlace,
): { readonly power: Power; readonly secret: string | undefined } {
  if (power === undefined) {
    throw powerError(
      'it has no power in pxectl.yaml',
      undefined,
      'give it, or its profile, a power: { type: … }',
    );
  }
  if (power.type === 'wol' && verb !== 'on' && verb !== 'restart-network') {
    throw powerError('it can only be switched on', 'Wake-on-LAN knows nothing else', 'do it at the machine');
  }
  return { power, secret: power.secret === undefined ? undefined : secretOf(power.secret, secrets) };
}

/**
 * Makes a machine boot from the network once, now; resolves with what was done, or what somebody has to do, in words.
 * @throws PxectlError as `switchPower`
 */
export async function restartFromNetwork(
  machine: Pick<Machine, 'power'>,
  place: PowerPlace,
): Promise<string> {
  if (machine.power === undefined) return 'is armed: switch it on, or restart it, from the network';
  const { state } = await switchPower(machine, 'restart-network', place);
  return state === 'woken'
    ? 'is armed and was sent a magic packet; if it runs already, restart it from the network'
    : 'is armed, and switched on to boot from the network';
}

function secretOf(name: string, folder: string): string {
  try {
    return openSecrets(folder)(name);
  } catch (error) {
    throw powerError('the password is not there', messageOf(error), `write it to ${folder}/${name}`);
  }
}

const openDriver = async (
  power: ControllerPower,
  password: string,
  answerMs?: number,
): Promise<PowerDriver> =>
  power.type === 'ipmi' ? openIpmi(power, password, answerMs) : openRedfish(power, password, answerMs);

async function takeSteps(
  driver: PowerDriver,
  verb: PowerVerb,
  host: string,
  place: PowerPlace,
): Promise<PowerState> {
  const { signal: _, ...steady } = place;
  const steps = POWER_STEPS[verb];
  let seen: PowerState | undefined;
  for (const step of steps) {
    const { action, unless } = step;
    if (unless === undefined || (await driver.state()) !== unless) await driver.do(action);
    // ^C ends the wait for others: a machine that was on is not left off
    const patience = step === steps.at(-1) ? place : steady;
    if (action !== 'network') seen = await waitFor(driver, action, host, patience);
  }
  return seen ?? driver.state();
}

/** Asks until it is so; what cannot be read for a moment may be read later. */
async function waitFor(
  driver: PowerDriver,
  wanted: PowerState,
  host: string,
  { changeMs = CHANGE_MS, signal }: PowerPlace,
): Promise<PowerState> {
  const endMs = Date.now() + changeMs;
  for (;;) {
    const state = await driver.state().catch((error: unknown) => {
      if (Date.now() >= endMs) throw error;
      return undefined;
    });
    if (state === wanted) return state;
    if (Date.now() >= endMs) {
      throw controllerError('power-without-effect', host, {
        what: `it is still ${state ?? 'unknown'}`,
        why: `its controller ${host} said yes to ${wanted}, ${Math.round(changeMs / 1000)} s ago`,
      });
    }
    await sleep(Math.min(POLL_MS, changeMs / 4), undefined, signal === undefined ? {} : { signal }).catch(
      () => {
        const what = `stopped before its controller told that it is ${wanted}`;
        throw powerError(what, undefined, 'pxectl power state NAME');
      },
    );
  }
}
