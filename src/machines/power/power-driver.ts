import { environmentError, PxectlError } from '../../model/errors.ts';

export type PowerState = 'on' | 'off' | 'unknown';

/** `network`: the next boot, and that alone, is from there. */
export type PowerAction = 'on' | 'off' | 'network';

/** What a controller can be asked for; each ends within its own time, and says nothing of what came of it. */
export interface PowerDriver {
  state(): Promise<PowerState>;
  do(action: PowerAction): Promise<void>;
  close(): Promise<void>;
}

/** @param next what to look at; by default the entry `power` of the machine */
export function powerError(what: string, why?: string, next?: string): PxectlError {
  return environmentError('E_POWER', {
    what,
    ...(why === undefined || why === '' ? {} : { why }),
    next: next ?? 'look at power: of this machine in pxectl.yaml, and at its controller',
  });
}

/** What doctor calls it; knowledge/data/findings/power.json. */
export type ControllerFinding =
  'power-controller-silent' | 'power-login-refused' | 'power-controller-fails' | 'power-without-effect';

/** @param what which controller, and what it was asked */
export function controllerError(
  finding: ControllerFinding,
  host: string,
  { what, why }: { readonly what: string; readonly why?: string },
): PxectlError {
  return environmentError('E_POWER', {
    what,
    ...(why === undefined || why === '' ? {} : { why }),
    next: `pxectl doctor ${finding}`,
    details: { finding, controller: host },
  });
}

export const findingOf = (error: unknown): ControllerFinding | null =>
  error instanceof PxectlError
    ? ((error.details?.['finding'] as ControllerFinding | undefined) ?? null)
    : null;
