import { environmentError, type PxectlError } from '../../model/errors.ts';

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
