import type { BootMode, ControllerPower } from '../../model/power.ts';
import { printable } from '../../model/printable.ts';
import { controllerError, type PowerAction, type PowerDriver, type PowerState } from './power-driver.ts';
import { connectRedfish, type RedfishAnswer, type RedfishConnection } from './redfish-connection.ts';

type Resource = Readonly<Record<string, unknown>>;

/** DSP2046, ComputerSystem: what switches on and off, the surest first. */
const RESETS = {
  on: ['On', 'ForceOn', 'PushPowerButton'],
  off: ['ForceOff', 'GracefulShutdown', 'PushPowerButton'],
} as const;

/** DSP2046, ComputerSystem: `BootSourceOverrideMode` where the controller has it. */
const bootOverride = (boot: BootMode) => ({
  BootSourceOverrideEnabled: 'Once',
  BootSourceOverrideTarget: boot === 'uefi-http' ? 'UefiHttp' : 'Pxe',
  BootSourceOverrideMode: boot === 'bios' ? 'Legacy' : 'UEFI',
});

/** What the controller is told: the method, and what is sent. */
export function redfishRequest(action: PowerAction, boot: BootMode): string {
  return action === 'network'
    ? `PATCH ComputerSystem ${JSON.stringify({ Boot: bootOverride(boot) })}`
    : `POST ComputerSystem.Reset ${JSON.stringify({ ResetType: RESETS[action][0] })}`;
}

/** DSP2046, ComputerSystem.PowerState; a machine that is about to change has not changed. */
const STATES: ReadonlyMap<unknown, PowerState> = new Map([
  ['On', 'on'],
  ['PoweringOff', 'on'],
  ['Off', 'off'],
  ['PoweringOn', 'off'],
]);

/**
 * Logs in at a controller that speaks Redfish; whoever opens it closes it, which ends the session.
 * @throws PxectlError E_POWER
 */
export async function openRedfish(
  power: ControllerPower,
  password: string,
  timeoutMs?: number,
): Promise<PowerDriver> {
  const connection = await connectRedfish(power, timeoutMs);
  let session: Session | undefined;
  const close = async (): Promise<void> => {
    try {
      if (session?.path !== undefined) {
        await connection.send({ method: 'DELETE', path: session.path, headers: session.headers });
      }
    } catch {
      // it ends by itself there after a while; what was wanted is done
    } finally {
      await connection.close();
    }
  };
  try {
    session = await logIn(connection, power, password);
    return { ...driverOf(connection, session.headers, power), close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Session {
  readonly headers: Readonly<Record<string, string>>;
  /** what ends it */
  readonly path: string | undefined;
}

/** DSP0266, Redfish session login authentication; HTTP Basic where a controller has no sessions, as virtual ones have none. */
async function logIn(
  connection: RedfishConnection,
  { user, host }: ControllerPower,
  password: string,
): Promise<Session> {
  const root = (await connection.send({ method: 'GET', path: '/redfish/v1/' })).json;
  const service = linkOf(root['SessionService']);
  const path = linkOf(objectIn(root, 'Links')['Sessions']) ?? (service && `${service}/Sessions`);
  if (path === undefined) {
    const credentials = Buffer.from(`${user}:${password}`).toString('base64');
    return { headers: { authorization: `Basic ${credentials}` }, path: undefined };
  }
  const body = { UserName: user, Password: password };
  const answer = await connection.send({ method: 'POST', path, body });
  const token = answer.header('x-auth-token');
  if (token === undefined) {
    throw controllerError('power-controller-fails', host, {
      what: `the controller ${host} gives no token to ${user}`,
    });
  }
  const location = answer.header('location') ?? linkOf(answer.json);
  return { headers: { 'x-auth-token': token }, path: location };
}

function driverOf(
  connection: RedfishConnection,
  headers: Session['headers'],
  power: ControllerPower,
): Omit<PowerDriver, 'close'> {
  const { host } = power;
  const get = async (path: string): Promise<RedfishAnswer> =>
    connection.send({ method: 'GET', path, headers });
  let found: string | undefined;
  const systemPath = async (): Promise<string> => (found ??= await findSystem(get, power));
  const system = async (): Promise<Resource> => (await get(await systemPath())).json;

  const reset = async (wanted: readonly string[]): Promise<void> => {
    const action = objectIn(objectIn(await system(), 'Actions'), '#ComputerSystem.Reset');
    const path =
      typeof action['target'] === 'string'
        ? action['target']
        : `${await systemPath()}/Actions/ComputerSystem.Reset`;
    const allowed = await allowedResets(get, action);
    const type = wanted.find((one) => allowed === undefined || allowed.includes(one));
    if (type === undefined) {
      const why = `it allows ${printable(allowed?.join(', ') ?? '', 200)}`;
      throw controllerError('power-controller-fails', host, {
        what: `the controller ${host} has none of ${wanted.join(', ')}`,
        why,
      });
    }
    await connection.send({ method: 'POST', path, headers, body: { ResetType: type } });
  };

  const bootFromNetwork = async (): Promise<void> => {
    const current = await system();
    // DSP0266, settings resources: what is wanted of the next boot may have a place of its own
    const path = linkOf(objectIn(current, '@Redfish.Settings')['SettingsObject']) ?? (await systemPath());
    const { BootSourceOverrideMode: mode, ...where } = bootOverride(power.boot);
    const boot = objectIn(current, 'Boot');
    const allowed = wordsIn(boot['BootSourceOverrideTarget@Redfish.AllowableValues']);
    if (allowed !== undefined && !allowed.includes(where.BootSourceOverrideTarget)) {
      throw controllerError('power-controller-fails', host, {
        what: `the controller ${host} cannot boot its machine from ${where.BootSourceOverrideTarget}`,
        why: `it allows ${printable(allowed.join(', '), 200)}`,
      });
    }
    const wanted = {
      ...where,
      ...('BootSourceOverrideMode' in boot ? { BootSourceOverrideMode: mode } : {}),
    };
    const patch = async (isAgain: boolean): Promise<number> => {
      const before = await get(path);
      const given = before.header('etag') ?? before.json['@odata.etag'];
      // RFC 9110 §13.1.1: a weak tag matches nothing; some controllers give one and want the strong one
      const etag = typeof given === 'string' && isAgain ? given.replace(/^W\//, '') : given;
      const match: Record<string, string> = typeof etag === 'string' ? { 'if-match': etag } : {};
      const request = { method: 'PATCH', path, body: { Boot: wanted } } as const;
      return (await connection.send({ ...request, headers: { ...headers, ...match } }, [412])).status;
    };
    // somebody else changed it in between: once more with what is there now
    if ((await patch(false)) === 412 && (await patch(true)) === 412) {
      throw controllerError('power-controller-fails', host, {
        what: `the controller ${host} refuses to boot from the network`,
        why: 'it answers 412 each time',
      });
    }
    const { BootSourceOverrideEnabled: once, ...noted } = wanted;
    const after = objectIn((await get(path)).json, 'Boot');
    // virtual controllers know no once, and tell Continuous of what they were asked for
    const isOff =
      after['BootSourceOverrideEnabled'] !== once && after['BootSourceOverrideEnabled'] !== 'Continuous';
    if (isOff || Object.entries(noted).some(([key, value]) => after[key] !== value)) {
      const why = `BootSourceOverrideTarget is ${shown(after['BootSourceOverrideTarget'])}, Mode ${shown(after['BootSourceOverrideMode'])}`;
      const what = `the controller ${host} said yes to one boot from the network, and has not noted it`;
      throw controllerError('power-without-effect', host, { what, why });
    }
  };

  return {
    async state() {
      return STATES.get((await system())['PowerState']) ?? 'unknown';
    },
    do: (action) => (action === 'network' ? bootFromNetwork() : reset(RESETS[action])),
  };
}

async function findSystem(
  get: (path: string) => Promise<RedfishAnswer>,
  { host, system }: ControllerPower,
): Promise<string> {
  const root = (await get('/redfish/v1/')).json;
  const { json } = await get(linkOf(root['Systems']) ?? '/redfish/v1/Systems');
  const members = Array.isArray(json['Members']) ? json['Members'] : [];
  const paths = members.map(linkOf).filter((path) => path !== undefined);
  const idOf = (path: string): string => path.replace(/\/$/, '').split('/').at(-1) ?? '';
  const [path, ...others] = system === undefined ? paths : paths.filter((one) => idOf(one) === system);
  if (path !== undefined && others.length === 0) return path;
  const listed =
    paths.length === 0 ? 'it lists none' : `it has ${printable(paths.map(idOf).join(', '), 200)}`;
  throw controllerError('power-controller-fails', host, {
    what:
      system === undefined
        ? `the controller ${host} has ${paths.length} systems`
        : `the controller ${host} has no system ${system}`,
    why: `${listed}; say which: power: { system: ID }`,
  });
}

/** What ResetType may be, where the controller says it: beside the action, or in its ActionInfo. */
async function allowedResets(
  get: (path: string) => Promise<RedfishAnswer>,
  action: Resource,
): Promise<readonly string[] | undefined> {
  const beside = wordsIn(action['ResetType@Redfish.AllowableValues']);
  if (beside !== undefined) return beside;
  const path = action['@Redfish.ActionInfo'];
  if (typeof path !== 'string') return undefined;
  const { Parameters: parameters } = (await get(path)).json;
  const resetType = (Array.isArray(parameters) ? (parameters as readonly (Resource | null)[]) : []).find(
    (one) => one?.['Name'] === 'ResetType',
  );
  return wordsIn(resetType?.['AllowableValues']);
}

/** The words of a list; whatever else a controller puts there is none. */
const wordsIn = (values: unknown): readonly string[] | undefined =>
  Array.isArray(values) ? values.filter((value) => typeof value === 'string') : undefined;

const shown = (value: unknown): string =>
  printable(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'));

function objectIn(resource: Resource, key: string): Resource {
  const value = resource[key];
  return typeof value === 'object' && value !== null ? (value as Resource) : {};
}

/** Where a reference leads. */
function linkOf(reference: unknown): string | undefined {
  const id = (reference as { '@odata.id'?: unknown } | null | undefined)?.['@odata.id'];
  return typeof id === 'string' ? id : undefined;
}
