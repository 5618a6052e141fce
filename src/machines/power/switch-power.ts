import { setTimeout as sleep } from 'node:timers/promises';
import type { ControllerPower } from '../../model/power.ts';
import type { Machine } from '../../model/config.ts';
import { messageOf } from '../../model/errors.ts';
import type { Ipv4Address } from '../../protocol/addresses.ts';
import { openSecrets } from '../seeds/secrets.ts';
import { openIpmi } from './ipmi.ts';
import { powerError, type PowerDriver, type PowerState } from './power-driver.ts';
import { openRedfish } from './redfish.ts';
import { secureOnPassword, wake } from './wake-on-lan.ts';

export const POWER_VERBS = ['on', 'off', 'restart', 'state', 'boot-network', 'restart-network'] as const;
export type PowerVerb = (typeof POWER_VERBS)[number];

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
  { name, power }: Pick<Machine, 'name' | 'power'>,
  verb: PowerVerb,
  place: PowerPlace,
): Promise<Switched> {
  if (power === undefined) {
    throw powerError(
      `${name} has no power in pxectl.yaml`,
      undefined,
      `give it, or its profile, a power: { type: … }`,
    );
  }
  const secret = power.secret === undefined ? undefined : secretOf(power.secret, place.secrets);
  if (power.type === 'wol') {
    if (verb !== 'on' && verb !== 'restart-network') {
      throw powerError(
        `${name} can only be switched on`,
        'Wake-on-LAN knows nothing else',
        'do it at the machine',
      );
    }
    await wake(power, place.address, secret === undefined ? undefined : secureOnPassword(secret));
    return { state: 'woken' };
  }
  const driver = await openDriver(power, secret ?? '', place.answerMs);
  try {
    return { state: await withDriver(driver, verb, name, place) };
  } finally {
    await driver.close();
  }
}

/**
 * Makes a machine boot from the network once, now; resolves with what was done, in words.
 * @throws PxectlError as `switchPower`
 */
export async function restartFromNetwork(
  machine: Pick<Machine, 'name' | 'power'>,
  place: PowerPlace,
): Promise<string> {
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

async function withDriver(
  driver: PowerDriver,
  verb: PowerVerb,
  name: string,
  place: PowerPlace,
): Promise<PowerState> {
  const until = (wanted: PowerState): Promise<PowerState> => waitFor(driver, wanted, name, place);
  const { signal: _, ...steady } = place;
  switch (verb) {
    case 'state':
      return driver.state();
    case 'boot-network':
      await driver.bootFromNetwork();
      return driver.state();
    case 'on':
      if ((await driver.state()) !== 'on') await driver.switchOn();
      return until('on');
    case 'off':
      if ((await driver.state()) !== 'off') await driver.switchOff();
      return until('off');
    case 'restart':
    case 'restart-network':
      // a reset leaves no trace in the state: only off, then on, can be seen
      if ((await driver.state()) !== 'off') {
        await driver.switchOff();
        // ^C ends the wait for others: a machine that was on is not left off
        await waitFor(driver, 'off', name, steady);
      }
      if (verb === 'restart-network') await driver.bootFromNetwork();
      await driver.switchOn();
      return until('on');
  }
}

/** Asks until it is so; what cannot be read for a moment may be read later. */
async function waitFor(
  driver: PowerDriver,
  wanted: PowerState,
  name: string,
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
      const seconds = Math.round(changeMs / 1000);
      throw powerError(
        `${name} is still ${state ?? 'unknown'}`,
        `its controller said yes ${seconds} s ago to ${wanted}`,
      );
    }
    await sleep(Math.min(POLL_MS, changeMs / 4), undefined, signal === undefined ? {} : { signal });
  }
}
