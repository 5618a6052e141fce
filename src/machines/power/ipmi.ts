import { messageOf, PxectlError } from '../../model/errors.ts';
import type { BootMode, ControllerPower } from '../../model/power.ts';
import { printable } from '../../model/printable.ts';
import { run } from '../../platform/processes.ts';
import { powerError, type PowerAction, type PowerDriver } from './power-driver.ts';

/** ipmitool gives up by itself sooner; one that hangs is ended. */
const TIMEOUT_MS = 25_000;

/**
 * Ciphers, as ipmitool prefers them. It would ask the controller for its own first, and wait for six seconds where there
 * is no answer to that.
 */
const SUITES = ['17', '3'] as const;

/** What ipmitool is told. */
export function ipmiCommand(action: PowerAction, boot: BootMode): readonly string[] {
  if (action !== 'network') return ['chassis', 'power', action];
  return ['chassis', 'bootdev', 'pxe', ...(boot === 'uefi' ? ['options=efiboot'] : [])];
}

/** A controller that speaks IPMI 2.0 over the network, through ipmitool. */
export function openIpmi(
  { host, user, boot }: ControllerPower,
  password: string,
  timeoutMs = TIMEOUT_MS,
): PowerDriver {
  const [, name = host, port = '623'] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  const server = ['-I', 'lanplus', '-H', name.replace(/^\[|\]$/g, ''), '-p', port, '-U', user];
  const patience = ['-N', '1', '-R', '3'];
  let suites: readonly string[] = SUITES;
  const ask = async (...words: readonly string[]): Promise<string> => {
    const [suite = '', ...others] = suites;
    // the password is in the environment: command lines are everybody's to read
    const { exitCode, stdout, stderr } = await run(
      'ipmitool',
      [...server, '-E', ...patience, '-C', suite, ...words],
      { env: { IPMI_PASSWORD: password }, timeoutMs },
    ).catch((error: unknown) => {
      if (error instanceof PxectlError && error.code === 'E_TOOL_MISSING') throw error;
      throw powerError(`the controller ${host} does not answer`, messageOf(error));
    });
    if (exitCode === 0) return stdout;
    if (others.length > 0 && /cipher suite|open session response/i.test(stderr)) {
      suites = others;
      return ask(...words);
    }
    const said = printable((stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '', 200);
    throw powerError(`the controller ${host} does not do ${words.join(' ')}`, said);
  };
  return {
    async state() {
      const [, word] = /Chassis Power is (on|off)/i.exec(await ask('chassis', 'power', 'status')) ?? [];
      return word === undefined ? 'unknown' : word.toLowerCase() === 'on' ? 'on' : 'off';
    },
    do: async (action) => void (await ask(...ipmiCommand(action, boot))),
    close: async () => undefined,
  };
}
